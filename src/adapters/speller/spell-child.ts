import { readQuestion, writeAnswer } from '../json-child.ts';
import { openDictionaries } from './dictionaries.ts';
import { isDerived, slipsOf } from './slips.ts';

/** Each takes about a millisecond. Texts that hold more unknown words are in no language that is known here. */
const mostUnknown = 1_000;

/** The child of child-speller.ts: words in, those that are unknown out, with what may have been meant. */
const words = await readQuestion<readonly string[]>();
const { isKnown, isEnglish } = openDictionaries();
const unknown = words.filter((word) => !isKnown(word) && !isDerived(word, isKnown)).slice(0, mostUnknown);
writeAnswer(unknown.map((word) => ({ word, meant: [...slipsOf(word)].filter(isEnglish) })));
