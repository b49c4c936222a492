import { AutolandError, type ErrorCode } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';

/** One JSON document, or lines for people. */
export function print(json: true | undefined, data: unknown, lines: () => readonly string[]): void {
  const text = json === true ? JSON.stringify(data as Json) : lines().join('\n');
  if (text !== '') process.stdout.write(`${text}\n`);
}

/** `autoland watch | head` is no fault: whoever read is gone, and so are we. */
export function endQuietlyUnread(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** What a person mistyped or must mend in a file is 2; what was refused or failed is 1. */
const badInput: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'usage',
  'config.missing',
  'config.invalid',
  'policy.invalid',
  'repo.not-found',
  'repo.not-bare',
  'ref.not-found',
  'change.not-found',
  'change.ambiguous',
  'flag.not-found',
  'rollout.not-found',
]);

/** Tells a person what went wrong and answers the exit code. A bug keeps its stack; a mistake has none. */
export function report(thrown: unknown): number {
  if (!(thrown instanceof AutolandError)) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    process.stderr.write(`autoland: this is a bug in autoland, please report it\n${text}\n`);
    return 1;
  }
  const mend = thrown.mend === undefined ? '' : `\n  mend: ${thrown.mend}`;
  process.stderr.write(`autoland: ${thrown.message} [${thrown.code}]${mend}\n`);
  return badInput.has(thrown.code) ? 2 : 1;
}
