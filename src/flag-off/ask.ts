import type { FlagAnswer, FlagQuestion } from '../domain/flag-off.ts';

/** What a file loads can load further files: so many times they are looked for. */
const mostRounds = 6;
const mostOthers = 200;

export type Asking = {
  readonly answer: (question: FlagQuestion) => Promise<FlagAnswer | undefined>;
  /** A file that is not part of the change; undefined: it is too large. */
  readonly read: (path: string) => Promise<string | undefined>;
};

/** Asks until every file that the answer wants to see was shown; what still wants some then is unclear. */
export async function askFlags(
  first: Omit<FlagQuestion, 'others'>,
  { answer, read }: Asking,
): Promise<FlagAnswer | undefined> {
  let question: FlagQuestion = { ...first, others: [] };
  for (let round = 0; ; round += 1) {
    const found = await answer(question);
    if (found === undefined || found.wants.length === 0 || round === mostRounds) return found;
    const others = [...question.others];
    for (const path of found.wants.slice(0, mostOthers)) {
      const text = await read(path);
      if (text === undefined) return found;
      others.push({ path, text });
    }
    if (others.length > mostOthers) return found;
    question = { ...question, others };
  }
}
