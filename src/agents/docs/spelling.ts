import type { DocumentWord } from '../../domain/document.ts';
import type { Finding } from './finding.ts';
import type { Readings } from './links.ts';

/** A word that stands in more places is one that this project uses. */
const mostPlaces = 2;
const mostWords = 50_000;
/** For each of them all of the repository is looked through. */
const mostClear = 100;

export type Unknown = ReadonlyMap<string, readonly string[]>;

/** What a speller is asked for. */
export function wordsIn(readings: Readings): readonly string[] {
  const all = new Set<string>();
  for (const { words } of readings.values()) for (const { text } of words) all.add(text);
  return [...all].slice(0, mostWords);
}

/** Words with one slip that has one mend; `own` are the project's. */
export function misspelt(unknown: Unknown, own: ReadonlySet<string>): ReadonlyMap<string, string> {
  const clear = [...unknown].flatMap(([word, meant]): [string, string][] => {
    const [only, ...others] = meant;
    return only === undefined || others.length > 0 || own.has(word) ? [] : [[word, only]];
  });
  return new Map(clear.slice(0, mostClear));
}

/** `used`: how often the documents, and how many files besides them, hold a word. */
export function mendWords(
  readings: Readings,
  clear: ReadonlyMap<string, string>,
  used: (word: string) => { readonly documents: number; readonly others: number },
): readonly Finding[] {
  const isSlip = memoized((word: string) => {
    const { documents, others } = used(word);
    return documents <= mostPlaces && others === 0;
  });
  return [...readings].flatMap(([path, { words }]) =>
    words.flatMap((word) => {
      const after = clear.get(word.text);
      return after === undefined || !isSlip(word.text) ? [] : [mendOf(path, word, after)];
    }),
  );
}

function mendOf(path: string, { text, at, line }: DocumentWord, after: string): Finding {
  const proof = `no English word, and no name in this repository; ${after} is the only word that is one slip away`;
  return {
    kind: 'spelling',
    path,
    line,
    code: 'misspelt',
    what: `says ${text}`,
    at,
    before: text,
    after,
    proof,
  };
}

function memoized(ask: (word: string) => boolean): (word: string) => boolean {
  const known = new Map<string, boolean>();
  return (word) => {
    const answer = known.get(word) ?? ask(word);
    known.set(word, answer);
    return answer;
  };
}
