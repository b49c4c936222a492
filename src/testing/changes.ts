import type { Demotion } from '../domain/autonomy.ts';
import type { ChangeClass, FileChange, Proposal, Sha } from '../domain/change.ts';
import { packageChanges, parseLockfile } from '../domain/lockfile.ts';
import type { Classification } from '../domain/stage.ts';

/** A FileChange of ten lines; `over` replaces fields. */
export function sampleFile(path: string, over: Partial<FileChange> = {}): FileChange {
  return { path, status: 'modified', kind: 'file', added: 5, removed: 5, binary: false, size: 1000, ...over };
}

/** What a change of a class is about; all others: dependencies. */
const touched: Partial<Record<ChangeClass, readonly string[]>> = {
  docs: ['README.md'],
  lint: ['src/x.js'],
  'flag-addition': ['src/x.js'],
  'flag-removal': ['src/x.js'],
  'crash-fix': ['src/x.js'],
};

type Locked = { readonly 'package-lock.json': string };

/** What classify would say of a dependency update between two commits. */
export function sampleClassification(
  commits: { readonly base: string; readonly tree: string },
  over: Partial<Classification> = {},
  locks?: { readonly base: Locked; readonly head: Locked },
): Classification {
  const packages = locks
    ? packageChanges(
        parseLockfile(locks.base['package-lock.json']),
        parseLockfile(locks.head['package-lock.json']),
      )
    : [];
  const changeClass = over.class ?? 'dependency-patch';
  return {
    class: changeClass,
    reasons: ['sample'],
    ...commits,
    files: (touched[changeClass] ?? ['package.json', 'package-lock.json']).map((path) => sampleFile(path)),
    packages,
    protectedPaths: [],
    ...over,
  };
}

/** What a source hands in; `head` is the commit of the change. */
export function sampleProposal(head: Sha, over: Partial<Proposal> = {}): Proposal {
  return { source: 'agent:sample', title: 'Sample', head, ref: 'topic', target: 'main', record: {}, ...over };
}

/** Of an update that failed in production. */
export const sampleDemotion: Demotion = {
  class: 'dependency-patch',
  change: 'chg_ffffffffffff',
  from: 'deploy',
  to: 'propose',
  code: 'rollout.server-errors',
  at: '2026-01-01T00:00:00.000Z',
};
