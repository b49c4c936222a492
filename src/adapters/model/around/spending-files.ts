import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AutolandError } from '../../../domain/errors.ts';
import { withFileLock } from '../../runtime/file-lock.ts';
import { privateDir, readIfThere } from '../../runtime/files.ts';
import type { SpendingLine, SpendingPages } from './spending-book.ts';

const amount = z.object({
  tokens: z.number().min(0),
  microdollars: z.number().min(0).optional(),
  ms: z.number().min(0),
});
const line = z.union([
  z.strictObject({ id: z.string(), most: amount, until: z.number() }),
  z.strictObject({ id: z.string(), spent: amount }),
]);

/** A file for each account, one line for each thing that happened. A killed process leaves its reservations behind, which is meant. */
export class SpendingFiles implements SpendingPages {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  alone<T>(act: () => T): T {
    privateDir(this.#dir);
    return withFileLock(join(this.#dir, 'lock'), act);
  }

  /** Throws `state.corrupt`: what cannot be read may have been much. */
  read(account: string): readonly SpendingLine[] {
    const file = this.#fileOf(account);
    const lines = whole(readIfThere(file) ?? '')
      .split('\n')
      .filter((text) => text !== '');
    return lines.map((text, at) => parsed(text, `${file}:${at + 1}`));
  }

  append(account: string, written: SpendingLine): void {
    const file = this.#fileOf(account);
    const text = readIfThere(file) ?? '';
    if (whole(text) !== text) truncateSync(file, Buffer.byteLength(whole(text)));
    appendFileSync(file, `${JSON.stringify(written)}\n`, { mode: 0o600, flush: true });
  }

  #fileOf(account: string): string {
    return join(this.#dir, `${account.replaceAll(/[^A-Za-z0-9.-]/g, '-')}.jsonl`);
  }
}

/** Without a last line that was cut off: a reservation so cut let nobody in, and what is not settled counts as all that it could be. */
function whole(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

function parsed(text: string, where: string): SpendingLine {
  try {
    return shaped(line.parse(JSON.parse(text)));
  } catch (cause) {
    throw new AutolandError(
      'state.corrupt',
      `expected a line of spending at ${where}, found something else`,
      {
        mend: 'correct the line, or remove it if you accept that what it says is forgotten',
        cause,
      },
    );
  }
}

/** JSON leaves out what is undefined. */
function shaped(one: z.output<typeof line>): SpendingLine {
  const full = (it: z.output<typeof amount>) => ({ ...it, microdollars: it.microdollars });
  return 'spent' in one
    ? { id: one.id, spent: full(one.spent) }
    : { id: one.id, most: full(one.most), until: one.until };
}
