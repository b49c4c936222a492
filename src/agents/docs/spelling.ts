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

export type Slip = { readonly path: string; readonly word: DocumentWord; readonly after: string };

/** Words among English ones, with one slip that has one mend; `own` are the project's. */
export function slipsIn(readings: Readings, unknown: Unknown, own: ReadonlySet<string>): readonly Slip[] {
  const all = [...readings].flatMap(([path, { words }]) =>
    words.flatMap((word, at): readonly Slip[] => {
      const [only, ...others] = unknown.get(word.text) ?? [];
      if (only === undefined || others.length > 0 || own.has(word.text)) return [];
      return isAmongEnglish(words, at, unknown) ? [{ path, word, after: only }] : [];
    }),
  );
  const few = new Set([...new Set(all.map(({ word }) => word.text))].slice(0, mostClear));
  return all.filter(({ word }) => few.has(word.text));
}

/** In another language there are unknown words all around. */
function isAmongEnglish(words: readonly DocumentWord[], at: number, unknown: Unknown): boolean {
  const around = [...words.slice(Math.max(0, at - 3), at), ...words.slice(at + 1, at + 4)];
  return around.length >= 2 && around.filter(({ text }) => unknown.has(text)).length <= 1;
}

/** `used`: how often the documents, and how many files besides them, hold a word. */
export function mendWords(
  slips: readonly Slip[],
  used: (word: string) => { readonly documents: number; readonly others: number },
): readonly Finding[] {
  const isSlip = memoized((word: string) => {
    const { documents, others } = used(word);
    return documents <= mostPlaces && others === 0;
  });
  return slips.flatMap((slip) => (isSlip(slip.word.text) ? [mendOf(slip)] : []));
}

function mendOf({ path, word: { text, at, line }, after }: Slip): Finding {
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
