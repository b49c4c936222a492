import { printable } from '../../domain/printable.ts';

/** On the standard error: the other stream may be the protocol's. */
export function tellBug(thrown: unknown): void {
  const told = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  process.stderr.write(
    `autoland: this is a bug in autoland, please report it\n${told.split('\n').map(printable).join('\n')}\n`,
  );
}
