import type { LogVerification } from '../../audit/verify-log.ts';
import { paint } from './text.ts';

export function renderVerification(result: LogVerification): string[] {
  if (result.kind === 'ok')
    return [
      `${paint('green', 'verified')}: ${result.size} entries, root ${result.root}`,
      `truncation ${result.truncation}`,
    ];
  const { at } = result;
  const place =
    'entry' in at ? `entry ${at.entry}` : 'file' in at ? at.file : `entries ${at.from} to ${at.to}`;
  return [
    `${paint('red', 'BROKEN')} at ${place} (${result.code})`,
    `  expected ${result.expected}`,
    `  found    ${result.found}`,
  ];
}
