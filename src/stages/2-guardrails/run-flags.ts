import { isTestFile } from '../../domain/test-file.ts';
import { flagsOfChange } from '../../engine/ask-flags.ts';
import { isCode, noFlags } from '../../flag-off/code-files.ts';
import { gatherer } from './run-ports.ts';

export const gatherFlags = gatherer<'flags'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, settings, change: { classification } }) {
    const beside = classification.files
      .filter(({ path }) => !isCode(path) && !isTestFile(path) && !/\.(md|mdx|txt)$/i.test(path))
      .map(({ path }) => path);
    const found = await flagsOfChange({ ...deps, helpers: settings.flags.helpers }, classification);
    return { beside, answer: found === undefined ? noFlags : found.answer, unread: found?.unread ?? [] };
  },
});
