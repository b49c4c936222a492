import { findInstalled, isProject, type LockEntry, type Lockfile } from '../../../domain/lockfile.ts';
import type { Problem } from '../facts.ts';

type Flag = 'dev' | 'optional' | 'devOptional' | 'peer';
type Kind = 'plain' | 'dev' | 'optional' | 'peer' | 'peer-optional';
type Edge = { readonly to: string; readonly kind: Kind };

/** Which kinds of need do not count when it is asked whether a package is only there because of them. */
const without: Readonly<Record<Flag, readonly Kind[]>> = {
  dev: ['dev'],
  optional: ['optional', 'peer-optional'],
  devOptional: ['dev', 'optional', 'peer-optional'],
  peer: ['peer', 'peer-optional'],
};

/**
 * npm leaves packages out by these flags (`--omit=dev`), and shrugs when one that is optional cannot be installed: they MUST
 * follow from who needs what. As npm's arborist has them (lib/calc-dep-flags.js): `dev` is what cannot be reached but
 * through a dev dependency, and so on. Only those of the entries are looked at: what was wrong before is not this change's.
 */
export function flagsFollow(lockfile: Lockfile, entries: readonly LockEntry[]): readonly Problem[] {
  const told = entries.filter(({ dialect, link }) => !link && (dialect === 'npm' || dialect === 'pnpm'));
  if (told.length === 0) return [];
  const edges = edgesOf(lockfile);
  const reached = new Map(
    (Object.keys(without) as Flag[]).map((flag) => [flag, reach(lockfile, edges, without[flag])]),
  );
  return told.flatMap((entry) => wrongFlags(entry, (flag) => reached.get(flag)?.has(entry.path) !== true));
}

function wrongFlags(entry: LockEntry, only: (flag: Flag) => boolean): readonly Problem[] {
  const { flags, path } = entry;
  const [dev, optional] = [only('dev'), only('optional')];
  const real = { dev, optional, devOptional: only('devOptional') && !dev && !optional, peer: only('peer') };
  const names: readonly Flag[] = entry.dialect === 'npm' ? ['dev', 'optional', 'devOptional'] : ['optional'];
  const wrong = names.find((flag) => flags[flag] !== real[flag]);
  // npm's versions do not agree on which packages are called peers; none calls a plain one so.
  const found = wrong ?? (entry.dialect === 'npm' && flags.peer && !real.peer ? 'peer' : undefined);
  if (found === undefined) return [];
  const says = flags[found] ? `says that it is only there as "${found}"` : `does not say "${found}"`;
  return [
    {
      code: 'lockfile.flag-differs',
      detail: `${path} ${says}; who needs it says ${real[found] ? 'so' : 'otherwise'}.`,
    },
  ];
}

function edgesOf(lockfile: Lockfile): ReadonlyMap<string, readonly Edge[]> {
  return new Map([...lockfile.entries.values()].map((entry) => [entry.path, edgesFrom(lockfile, entry)]));
}

function edgesFrom(lockfile: Lockfile, entry: LockEntry): readonly Edge[] {
  // A link and what it leads to are one.
  if (entry.link) return entry.resolved === undefined ? [] : [{ to: entry.resolved, kind: 'plain' }];
  const edges: Edge[] = [];
  const add = (names: Iterable<string>, kindOf: (name: string) => Kind): void => {
    for (const name of names) {
      const to = findInstalled(lockfile, entry.path, name)?.path;
      if (to !== undefined) edges.push({ to, kind: kindOf(name) });
    }
  };
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry;
  add(peerDependencies.keys(), (name) => (entry.optionalPeers.includes(name) ? 'peer-optional' : 'peer'));
  add(dependencies.keys(), (name) => (optionalDependencies.has(name) ? 'optional' : 'plain'));
  add(optionalDependencies.keys(), () => 'optional');
  if (isProject(entry.path)) {
    add(devDependencies.keys(), (name) => (isNeeded(entry, name) ? 'plain' : 'dev'));
  }
  return edges;
}

/** What is needed beside development is not there for development. */
function isNeeded(entry: LockEntry, name: string): boolean {
  return entry.dependencies.has(name) && !entry.optionalDependencies.has(name);
}

function reach(
  lockfile: Lockfile,
  edges: ReadonlyMap<string, readonly Edge[]>,
  skipped: readonly Kind[],
): ReadonlySet<string> {
  // Every workspace is installed, whether the root needs it or not.
  const pending = [...lockfile.entries.keys()].filter(isProject);
  const reached = new Set(pending);
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const { to, kind } of edges.get(path) ?? []) {
      if (skipped.includes(kind) || reached.has(to)) continue;
      reached.add(to);
      pending.push(to);
    }
  }
  return reached;
}
