import { newEntries } from '../../../domain/lockfile.ts';
import { type Finding, failing, guardrail, type LockFacts, type Problem } from '../facts.ts';
import { nothingIsOrphaned, rangesAreMet } from './agreement.ts';
import { newAliases } from './aliases.ts';
import { doubts, lockfilesComeAndGo } from './files.ts';
import { flagsFollow } from './flags.ts';
import { manifestsAgree } from './manifests.ts';
import { entryProblems, legacyProblems } from './sources.ts';

/** The lockfile agrees with the manifests, and all that it newly brings comes from an allowed registry. */
export const lockfile = guardrail('lockfile', ['lock'], ({ lock }) => {
  const { head, files } = lock;
  if (files.touched.length === 0) {
    return passing('lockfile.unchanged', 'The change touches neither a lockfile nor a package.json.');
  }
  const entries = head === undefined ? [] : newEntries(lock.base, head);
  const failure = failing([
    ...lockfilesComeAndGo(lock),
    ...(head === undefined ? [] : entries.flatMap((entry) => entryProblems(entry, lock.origins))),
    ...(head === undefined ? [] : newAliases(lock.base, head)),
    ...manifestsAgree(lock),
    ...rangesAreMet(lock),
    ...(head === undefined ? [] : nothingIsOrphaned(head, entries)),
    ...(head === undefined ? [] : flagsFollow(head, entries)),
    ...newLegacyProblems(lock),
  ]);
  if (failure !== undefined) return failure;
  const evidence = {
    dialect: head?.dialect ?? null,
    entries: head?.entries.size ?? 0,
    changed: entries.length,
  };
  const doubt = [...doubts(lock), ...bundled(entries.find((entry) => entry.inBundle)?.path)][0];
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain', evidence };
  if (head === undefined) return passing('lockfile.absent', 'The project has no lockfile.');
  const reason = `${entries.length} of ${head.entries.size} locked packages are new or differ; all come from an allowed registry.`;
  return { ...passing(entries.length === 0 ? 'lockfile.unchanged' : 'lockfile.agrees', reason), evidence };
});

function passing(code: string, reason: string): Finding {
  return { verdict: 'pass', code, reason, evidence: {} };
}

/** What is inside another package's tarball has no digest or age of its own. */
function bundled(path: string | undefined): readonly Pick<Finding, 'code' | 'reason'>[] {
  return path === undefined
    ? []
    : [{ code: 'lockfile.bundled', reason: `${path} is bundled in another package.` }];
}

function newLegacyProblems({ base, head }: LockFacts): readonly Problem[] {
  if (head === undefined) return [];
  const old = new Set((base === undefined ? [] : legacyProblems(base)).map((problem) => problem.detail));
  return legacyProblems(head).filter((problem) => !old.has(problem.detail));
}
