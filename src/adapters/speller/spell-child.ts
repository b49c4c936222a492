import { readQuestion, writeAnswer } from '../json-child.ts';
import { openDictionaries } from './dictionaries.ts';
import { isDerived, slipsOf } from './slips.ts';

/** What may have been meant takes about a millisecond to find. */
const mostSought = 1_000;
/** Shorter words have too many neighbours. */
const shortest = 6;

/** The child of child-speller.ts: words in, those that are unknown out, with what may have been meant. */
const words = await readQuestion<readonly string[]>();
const { isKnown, isEnglish } = openDictionaries();
const unknown = words.filter((word) => !isKnown(word) && !isDerived(word, isKnown));
const sought = new Set(unknown.filter(({ length }) => length >= shortest).slice(0, mostSought));
writeAnswer(
  unknown.map((word) => ({ word, meant: sought.has(word) ? [...slipsOf(word)].filter(isEnglish) : [] })),
);
