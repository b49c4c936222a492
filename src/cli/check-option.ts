import { AutolandError } from '../domain/errors.ts';
import { longestCheck } from '../domain/incident.ts';

type Asked = { readonly check?: string; readonly serve?: true };

/** undefined: there is no check. Throws `usage` for what no shell could run. */
export function readCheck({
  check,
  serve,
}: Asked): { readonly command: string; readonly serve: boolean } | undefined {
  if (check !== undefined) return { command: readCommand(check), serve: serve === true };
  if (serve === undefined) return undefined;
  throw new AutolandError('usage', 'expected --check with --serve, found --serve alone', {
    mend: `say what is asked of the service: --check 'node scripts/smoke.js "$URL"'`,
  });
}

function readCommand(text: string): string {
  const found = text.trim() === '' ? 'nothing' : text.length > longestCheck ? `${text.length}` : undefined;
  if (found === undefined && !text.includes('\0')) return text;
  throw new AutolandError(
    'usage',
    `expected a shell's command of at most ${longestCheck} characters for --check, found ${found ?? 'one with a NUL'}`,
    { mend: `write one that passes where users are well, such as --check 'node scripts/smoke.js'` },
  );
}
