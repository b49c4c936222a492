import type { GitReader } from '../../ports/git-host.ts';
import { documentsNamedIn } from '../../stages/1-classify/docs.ts';
import { possibleReaders } from '../../stages/1-classify/reading-list.ts';
import type { ReadDocs } from './run-read.ts';

const atOnce = 8;

export type Others = {
  /** How many files besides the documents hold a word. */
  readonly holding: ReadonlyMap<string, number>;
  /** Documents that code names, with the file that does: what they say may be part of the program. */
  readonly readers: ReadonlyMap<string, string>;
};

/** Goes once through all that is no document. Answers why it cannot where that is too much. */
export async function lookThroughOthers(
  git: Pick<GitReader, 'readFile'>,
  { base, listed }: ReadDocs,
  { words, documents }: { readonly words: readonly string[]; readonly documents: readonly string[] },
): Promise<Others | string> {
  const list = possibleReaders(listed);
  if (list.kind === 'too-much') return list.why;
  const holding = new Map(words.map((word) => [word, 0]));
  const readers = new Map<string, string>();
  for (let at = 0; at < list.paths.length; at += atOnce) {
    const batch = list.paths.slice(at, at + atOnce);
    const contents = await Promise.all(batch.map((path) => git.readFile(base, path)));
    for (const [index, content] of contents.entries()) {
      const text = content?.toString('utf8') ?? '';
      const lower = text.toLowerCase();
      for (const word of words) if (lower.includes(word)) holding.set(word, (holding.get(word) ?? 0) + 1);
      for (const path of documentsNamedIn(text, documents)) readers.set(path, batch[index] ?? '');
    }
  }
  return { holding, readers };
}
