import { AutolandError } from '../domain/errors.ts';
import { longestCheck } from '../domain/incident.ts';

/** A command for a shell. Throws `usage` for what none could run. */
export function readCheckOption(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const found = text.trim() === '' ? 'nothing' : text.length > longestCheck ? `${text.length}` : undefined;
  if (found === undefined && !text.includes('\0')) return text;
  throw new AutolandError(
    'usage',
    `expected a shell's command of at most ${longestCheck} characters for --check, found ${found ?? 'one with a NUL'}`,
    { mend: `write one that passes where users are well, such as --check 'node scripts/smoke.js'` },
  );
}
