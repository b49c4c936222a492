import { AutolandError, type ErrorCode } from '../domain/errors.ts';
import { printable, printableAll } from '../domain/printable.ts';

/** One JSON document, or lines for people: `lines` gets the data with nothing in it that a terminal would obey. */
export function print<T>(json: true | undefined, data: T, lines: (safe: T) => readonly string[]): void {
  const text = json === true ? jsonText(data) : lines(printableAll(data)).join('\n');
  if (text !== '') process.stdout.write(`${text}\n`);
}

/** Lines for people that hold nothing a terminal would obey but our own colours: whoever made them saw to that, text by text. */
export function printHarmless(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** JSON escapes the controls below 32 by itself; terminals obey those above 126 too. */
export function jsonText(data: unknown): string {
  return JSON.stringify(data).replaceAll(
    /[\u007f-\u009f]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * `autoland watch | head` is no fault: whoever read is gone, and so are we. Once is enough, and twice no harm. DANGER: what was found
 * stays what it is, read or not: a command says so in the exit code before it writes.
 */
export function endQuietlyUnread(): void {
  if (!process.stdout.listeners('error').includes(endUnread)) process.stdout.on('error', endUnread);
}

function endUnread(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  const mend = 'make room where it goes, or name another place';
  const message = `expected to write to the standard output: ${error.message}`;
  process.exit(report(new AutolandError('usage', message, { mend, cause: error }), false));
}

/** What a person mistyped or must mend in a file is 2; what was refused, failed or came at the wrong moment is 1. */
const badInput: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'usage',
  'config.missing',
  'config.invalid',
  'manifest.invalid',
  'policy.invalid',
  'repo.not-found',
  'repo.not-bare',
  'ref.not-found',
  'change.not-found',
  'change.ambiguous',
  'incident.not-found',
  'flag.not-found',
  'token.not-found',
]);

/**
 * Tells what went wrong, as JSON where JSON was asked for, and answers the exit code. A bug keeps its stack; a mistake
 * has none.
 */
export function report(thrown: unknown, json: boolean): number {
  const { code, message, mend } = told(thrown);
  const bug = thrown instanceof AutolandError ? '' : stackOf(thrown);
  process.stderr.write(
    json
      ? `${jsonText({ code, message, mend: mend ?? null, ...(bug === '' ? {} : { stack: bug }) })}\n`
      : `${forPeople({ code, message, mend }, bug)}\n`,
  );
  return thrown instanceof AutolandError && badInput.has(thrown.code) ? 2 : 1;
}

type Told = { readonly code: string; readonly message: string; readonly mend: string | undefined };

function told(thrown: unknown): Told {
  if (thrown instanceof AutolandError) {
    const { code, message, mend } = thrown;
    return { code, message, mend };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'bug', message, mend: 'this is a bug in autoland, please report it' };
}

function forPeople({ code, message, mend }: Told, bug: string): string {
  if (bug !== '') return `autoland: this is a bug in autoland, please report it\n${bug}`;
  const head = `autoland: ${message.split('\n').map(printable).join('\n')} [${code}]`;
  return mend === undefined ? head : `${head}\n  mend: ${printable(mend)}`;
}

function stackOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  // What is wrong may have come from outside, and stands in the message.
  return stack.split('\n').map(printable).join('\n');
}
