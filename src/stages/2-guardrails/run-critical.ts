import { readSources } from '../../engine/read-sources.ts';
import { isCode } from '../../flag-off/code-files.ts';
import { mayBeTagged } from '../../proof/tags.ts';
import { gatherer } from './run-ports.ts';

export const gatherCritical = gatherer<'critical'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, change }) {
    const { pairs, unread } = await readSources(
      deps.git,
      change.classification,
      ({ path, oldPath }) => isCode(path) || isCode(oldPath ?? ''),
    );
    const tagged = pairs.filter(({ base, head }) => mayBeTagged(base) || mayBeTagged(head));
    const found = await deps.prover.survey(tagged);
    return {
      files: [...found].map(([path, functions]) => ({ path, functions })),
      unread: [...unread, ...tagged.map(({ path }) => path).filter((path) => !found.has(path))],
    };
  },
});
