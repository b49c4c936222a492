import { createHash } from 'node:crypto';
import type { Driver, DriverAuthor } from '../../domain/driver.ts';
import { printable } from '../../domain/printable.ts';
import { counted } from '../../domain/words.ts';

export type DriverFile = {
  /** Of the text without its head: the same driver is the same file. */
  readonly name: string;
  readonly text: string;
};

/** A driver as a test file that says who wrote it. */
export function fileOf(
  driver: Driver,
  { author, noticed }: { author: DriverAuthor; noticed: number },
): DriverFile {
  const by = printable(`${author.model}${author.scripted ? ' (scripted)' : ''}`);
  const what = counted(noticed, 'fault');
  const head = `// Written by ${by}. It notices ${what} that the other tests do not; read it before you take it.`;
  const digest = createHash('sha256').update(driver.text).digest('hex').slice(0, 12);
  return {
    name: `driver-${digest}.test.${driver.format === 'esm' ? 'mjs' : 'cjs'}`,
    text: `${head}\n${driver.text.trimEnd()}\n`,
  };
}
