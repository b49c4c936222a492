import { readQuestion, writeAnswer } from '../json-child.ts';
import { openDictionaries } from './dictionaries.ts';
import { isDerived, slipsOf } from './slips.ts';

/** The child of child-speller.ts: words in, those that are unknown out, with what may have been meant. */
const words = await readQuestion<readonly string[]>();
const { isKnown, isEnglish } = openDictionaries();
const unknown = words.filter((word) => !isKnown(word) && !isDerived(word, isKnown));
writeAnswer(unknown.map((word) => ({ word, meant: [...slipsOf(word)].filter(isEnglish) })));
