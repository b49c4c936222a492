import type { LogVerification } from '../../audit/verify-log.ts';
import { counted } from '../../domain/words.ts';
import { paint, wrapAll } from './text.ts';

export function renderVerification(result: LogVerification): string[] {
  if (result.kind === 'ok')
    return wrapAll([
      `${paint('green', 'verified')}: ${counted(result.size, 'entry', 'entries')}, root ${result.root}`,
      `truncation ${result.truncation}`,
    ]);
  const { at } = result;
  const place =
    'entry' in at ? `entry ${at.entry}` : 'file' in at ? at.file : `entries ${at.from} to ${at.to}`;
  return wrapAll([
    `${paint('red', 'BROKEN')} at ${place} (${result.code})`,
    `  expected ${result.expected}`,
    `  found    ${result.found}`,
  ]);
}
