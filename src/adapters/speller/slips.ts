const letters = 'abcdefghijklmnopqrstuvwxyz';
const vowels = 'aeiou';

/**
 * What may have been meant where one slip was made: a letter too few or too many, two in the wrong order, a vowel for another.
 * Not at the ends, where a slip and another form of the word look alike, and no consonant for another, which makes other words.
 */
export function slipsOf(word: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (let at = 1; at < word.length - 1; at += 1) {
    const [before, here, after] = [word.slice(0, at), word[at] ?? '', word.slice(at + 1)];
    found.add(`${before}${after[0] ?? ''}${here}${after.slice(1)}`);
    const isInside = at > 1 && at < word.length - 2;
    if (isInside) found.add(before + after);
    if (isInside && vowels.includes(here)) for (const vowel of vowels) found.add(before + vowel + after);
    if (at > 1) for (const letter of letters) found.add(before + letter + here + after);
  }
  found.delete(word);
  return found;
}

const endings = [
  's',
  'es',
  'd',
  'ed',
  'r',
  'er',
  'ers',
  'ing',
  'able',
  'ly',
  'ion',
  'ions',
  'ism',
  'ist',
  'ness',
  'less',
];
const beginnings = [
  'un',
  're',
  'de',
  'pre',
  'non',
  'sub',
  'multi',
  'auto',
  'mis',
  'over',
  'inter',
  'co',
  'dis',
  'en',
];

/** Known words in other forms, such as `unioned`: dictionaries know few of those that programmers make. */
export function isDerived(word: string, isKnown: (word: string) => boolean): boolean {
  const stems = endings
    .filter((ending) => word.endsWith(ending))
    .flatMap((ending) => {
      const stem = word.slice(0, -ending.length);
      return [stem, `${stem}e`, ...(stem.at(-1) === stem.at(-2) ? [stem.slice(0, -1)] : [])];
    });
  const rests = beginnings.filter((each) => word.startsWith(each)).map((each) => word.slice(each.length));
  return [...stems, ...rests].some((part) => part.length > 3 && isKnown(part)) || isCompound(word, isKnown);
}

/** `codepath`, `filenames`: two words as one. */
function isCompound(word: string, isKnown: (word: string) => boolean): boolean {
  for (let at = 4; at <= word.length - 4; at += 1) {
    if (isKnown(word.slice(0, at)) && isKnown(word.slice(at))) return true;
  }
  return false;
}
