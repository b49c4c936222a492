import type { Searched, SearchWish } from '../../../ports/workbench.ts';
import { askChild } from '../../json-child.ts';
import { hitsIn, literally, type SearchedText } from './lines.ts';

/** A pattern that backtracks would hold this process for ever: a child can be ended. */
const usualMs = 5_000;

export async function searchTexts(
  wish: SearchWish,
  texts: readonly SearchedText[],
  timeoutMs = usualMs,
): Promise<Searched> {
  if (!wish.isRegex) return hitsIn(texts, literally(wish));
  const flags = wish.ignoresCase ? 'iu' : 'u';
  try {
    new RegExp(wish.pattern, flags);
  } catch {
    return { kind: 'refused', why: 'is no regular expression of JavaScript (flag u)' };
  }
  const child = { script: 'search-child', from: import.meta.url, timeoutMs };
  const answer = await askChild(child, { pattern: wish.pattern, flags, texts });
  if (answer === undefined)
    return { kind: 'refused', why: `took over ${timeoutMs / 1000} s: make it simpler` };
  return answer as Searched;
}
