import { isTestFile } from '../../domain/test-file.ts';
import { askFlags } from '../../engine/ask-flags.ts';
import { isCode } from '../../engine/read-sources.ts';
import { gatherer } from './run-ports.ts';

export const gatherFlags = gatherer<'flags'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, settings, change: { classification } }) {
    const beside = classification.files
      .filter(({ path }) => !isCode(path) && !isTestFile(path) && !/\.(md|mdx|txt)$/i.test(path))
      .map(({ path }) => path);
    return { beside, ...(await askFlags(deps, classification, settings.flags.helpers)) };
  },
});
