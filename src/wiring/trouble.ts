import { printable } from '../domain/printable.ts';

/** On the standard error, as a terminal shows it: what went wrong may be told in words from outside, and no line of theirs begins as one of ours. */
export function tellTrouble(message: string): void {
  process.stderr.write(`autoland: ${message.split('\n').map(printable).join('\n  ')}\n`);
}
