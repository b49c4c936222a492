import type { FileChange } from '../domain/change.ts';
import type { FlagAnswer, FlagQuestion } from '../domain/flag-off.ts';
import type { Classification } from '../domain/stage.ts';
import { isTestFile } from '../domain/test-file.ts';
import { mayAskFlags } from '../flag-off/flags.ts';
import type { GitReader } from '../ports/git-host.ts';
import type { Prover } from '../ports/prover.ts';
import { isCode, readSources, readText } from './read-sources.ts';

/** What a file loads can load further files: so many times they are looked for. */
const mostRounds = 6;
const mostOthers = 200;

export type FlagPorts = {
  readonly git: Pick<GitReader, 'readFile' | 'list'>;
  readonly prover: Pick<Prover, 'flags'>;
};

/** `answer`: undefined where its files could not be read. `unread`: code files that are too large, or too many. */
export type AskedFlags = { readonly answer: FlagAnswer | undefined; readonly unread: readonly string[] };

/** The flags that a change adds to its code or removes from it, and what is left of it without them. */
export async function askFlags(
  { git, prover }: FlagPorts,
  change: Pick<Classification, 'files' | 'base' | 'tree'>,
  helpers: readonly string[],
): Promise<AskedFlags> {
  const { pairs, unread } = await readSources(git, change, isJudged);
  const asks = pairs.some(({ base, head }) => mayAskFlags(`${base}${head}`, helpers));
  if (!asks) return { answer: noFlags, unread };
  const listed = await git.list(change.tree, '');
  let question: FlagQuestion = {
    files: pairs,
    others: [],
    paths: listed.map(({ path }) => path).filter((path) => isCode(path) || path.endsWith('.json')),
    helpers,
  };
  for (let round = 0; round < mostRounds; round += 1) {
    const answer = await prover.flags(question);
    if (answer === undefined || answer.wants.length === 0) return { answer, unread };
    const others = [...question.others];
    for (const path of answer.wants.slice(0, mostOthers)) {
      const text = await readText(git, change.tree, path);
      if (text === undefined) return { answer, unread };
      others.push({ path, text });
    }
    if (others.length > mostOthers) return { answer, unread };
    question = { ...question, others };
  }
  return { answer: await prover.flags(question), unread };
}

function isJudged({ path, oldPath }: FileChange): boolean {
  return [path, oldPath ?? path].some((one) => isCode(one) && !isTestFile(one) && !/\.d\.[cm]?ts$/.test(one));
}

export const noFlags: FlagAnswer = {
  added: [],
  removed: [],
  onByDefault: [],
  doubts: [],
  off: undefined,
  restores: undefined,
  on: undefined,
  wants: [],
};
