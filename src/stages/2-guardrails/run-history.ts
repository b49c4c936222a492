import { compilePattern, foldedPath } from '../../domain/path-pattern.ts';
import { hasTellingHistory } from './risk/features.ts';
import { gatherer } from './run-ports.ts';

const mostCommits = 1_000;
const mostPaths = 200;

/** What happened before to the files that the change touches. */
export const gatherHistory = gatherer<'history'>()({
  needs: [],
  cost: 'light',
  async gather({ deps, settings, change }) {
    const { base, files } = change.classification;
    const paths = files.map(({ path, oldPath }) => oldPath ?? path).filter(hasTellingHistory);
    const patterns = (settings.risk?.critical ?? []).map(compilePattern);
    const isCritical = (path: string) => patterns.some((pattern) => pattern.test(foldedPath(path)));
    const touches = await deps.git.touches(base, paths.slice(0, mostPaths), mostCommits);
    return {
      touches,
      commits: mostCommits,
      critical: files.flatMap(({ path, oldPath }) =>
        isCritical(path) || isCritical(oldPath ?? path) ? [path] : [],
      ),
      asOf: change.now,
    };
  },
});
