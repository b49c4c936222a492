import type { SourcePair } from '../../domain/syntax.ts';
import { gatherer } from './run-ports.ts';

const mostBytes = 512 * 1024;
const mostFiles = 300;

export const gatherLint = gatherer<'lint'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, change: { classification } }) {
    const { class: changeClass, base, tree, files } = classification;
    if (changeClass !== 'lint') return { class: changeClass, compared: [] };
    const pairs: SourcePair[] = [];
    for (const { path, status } of files.slice(0, mostFiles)) {
      const [before, after] = await Promise.all([base, tree].map((side) => deps.git.readFile(side, path)));
      if (status !== 'modified' || before === undefined || after === undefined) continue;
      if (Math.max(before.length, after.length) > mostBytes) continue;
      pairs.push({ path, base: before.toString('utf8'), head: after.toString('utf8') });
    }
    const found = await deps.syntax.compare(pairs);
    // What was not asked about has no answer, and so counts as different.
    return {
      class: changeClass,
      compared: files.map(({ path }) => ({ path, comparison: found.get(path) })),
    };
  },
});
