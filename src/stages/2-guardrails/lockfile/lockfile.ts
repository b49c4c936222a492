import { newEntries } from '../../../domain/lockfile.ts';
import { failing, guardrail, type LockFacts, type Problem } from '../facts.ts';
import { manifestsAgree, nothingIsOrphaned, rangesAreMet } from './agreement.ts';
import { entryProblems, legacyProblems } from './sources.ts';

/** The lockfile agrees with the manifests, and all that it newly brings comes from an allowed registry. */
export const lockfile = guardrail('lockfile', ['lock'], ({ lock }) => {
  const { base, head } = lock;
  if (head === undefined) {
    if (base === undefined) {
      return {
        verdict: 'pass',
        code: 'lockfile.absent',
        reason: 'The project has no npm lockfile.',
        evidence: {},
      };
    }
    return { verdict: 'fail', code: 'lockfile.removed', reason: 'The lockfile is removed.', evidence: {} };
  }
  const entries = newEntries(base, head);
  const failure = failing([
    ...entries.flatMap((entry) => entryProblems(entry, lock.origins)),
    ...manifestsAgree(lock),
    ...rangesAreMet(lock),
    ...nothingIsOrphaned(head, entries),
    ...newLegacyProblems(lock),
  ]);
  if (failure !== undefined) return failure;
  const reason = `${entries.length} of ${head.entries.size} locked packages are new or differ; all come from an allowed registry.`;
  const evidence = { entries: head.entries.size, changed: entries.length };
  // What is inside another package's tarball has no digest or age of its own.
  const bundled = entries.find((entry) => entry.inBundle);
  if (bundled !== undefined) {
    return {
      verdict: 'abstain',
      code: 'lockfile.bundled',
      reason: `${bundled.path} is bundled in another package.`,
      evidence,
    };
  }
  return {
    verdict: 'pass',
    code: entries.length === 0 ? 'lockfile.unchanged' : 'lockfile.agrees',
    reason,
    evidence,
  };
});

function newLegacyProblems({ base, head }: LockFacts): readonly Problem[] {
  if (head === undefined) return [];
  const old = new Set((base === undefined ? [] : legacyProblems(base)).map((problem) => problem.detail));
  return legacyProblems(head).filter((problem) => !old.has(problem.detail));
}
