import type { Searched, SearchHit, SearchWish } from '../../../ports/workbench.ts';

export type SearchedText = { readonly path: string; readonly text: string };

const most = { hits: 100, shown: 400 };

/** `matches`: whether a line is one. */
export function hitsIn(texts: readonly SearchedText[], matches: (line: string) => boolean): Searched {
  const hits: SearchHit[] = [];
  for (const { path, text } of texts) {
    for (const [at, line] of text.split('\n').entries()) {
      if (!matches(line)) continue;
      if (hits.length >= most.hits) return { kind: 'found', hits, isCut: true };
      hits.push({ path, line: at + 1, text: line.slice(0, most.shown).toWellFormed() });
    }
  }
  return { kind: 'found', hits, isCut: false };
}

export function literally({ pattern, ignoresCase }: SearchWish): (line: string) => boolean {
  if (!ignoresCase) return (line) => line.includes(pattern);
  const wanted = pattern.toLowerCase();
  return (line) => line.toLowerCase().includes(wanted);
}
