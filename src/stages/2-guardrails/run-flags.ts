import type { FlagAnswer, FlagQuestion } from '../../domain/flag-off.ts';
import { isTestFile } from '../../domain/test-file.ts';
import { mayAskFlags } from '../../flag-off/flags.ts';
import { gatherer } from './run-ports.ts';
import { isCode, readSources, readText } from './run-sources.ts';

/** What a file loads can load further files: so many times they are looked for. */
const mostRounds = 6;
const mostOthers = 200;

export const gatherFlags = gatherer<'flags'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, settings, change }) {
    const { classification } = change;
    const isJudged = (path: string) => isCode(path) && !isTestFile(path) && !/\.d\.[cm]?ts$/.test(path);
    const { pairs, unread } = await readSources(
      deps.git,
      classification,
      ({ path, oldPath }) => isJudged(path) || (oldPath !== undefined && isJudged(oldPath)),
    );
    const beside = classification.files
      .filter(({ path }) => !isCode(path) && !isTestFile(path) && !/\.(md|mdx|txt)$/i.test(path))
      .map(({ path }) => path);
    const asks = pairs.some(({ base, head }) => mayAskFlags(`${base}${head}`, settings.flags.helpers));
    if (!asks) return { answer: nothing, beside, unread };
    const listed = await deps.git.list(classification.tree, '');
    let question: FlagQuestion = {
      files: pairs,
      others: [],
      paths: listed.map(({ path }) => path).filter((path) => isCode(path) || path.endsWith('.json')),
      helpers: settings.flags.helpers,
    };
    for (let round = 0; round < mostRounds; round += 1) {
      const answer = await deps.prover.flags(question);
      if (answer === undefined || answer.wants.length === 0) return { answer, beside, unread };
      const others = [...question.others];
      for (const path of answer.wants.slice(0, mostOthers)) {
        const text = await readText(deps.git, classification.tree, path);
        if (text === undefined) return { answer, beside, unread };
        others.push({ path, text });
      }
      if (others.length > mostOthers) return { answer, beside, unread };
      question = { ...question, others };
    }
    return { answer: await deps.prover.flags(question), beside, unread };
  },
});

const nothing: FlagAnswer = {
  added: [],
  removed: [],
  onByDefault: [],
  doubts: [],
  off: undefined,
  restores: undefined,
  wants: [],
};
