import type { InitResult } from '../../wiring/init.ts';
import { paint } from './text.ts';

export function renderInit(result: InitResult): string[] {
  return [
    ...result.found.map((what) => `${paint('green', 'found')}    ${what}`),
    ...result.missing.map((what) => `${paint('yellow', 'missing')}  ${what}`),
    ...result.files.flatMap(({ path, text, kept }) => {
      if (kept) return [`kept     ${path} (it was there)`];
      return result.dryRun ? ['', paint('bold', path), text] : [`wrote    ${path}`];
    }),
    ...(result.dryRun ? [] : ['', 'Read both, commit them to the protected branch, then: autoland doctor']),
  ];
}
