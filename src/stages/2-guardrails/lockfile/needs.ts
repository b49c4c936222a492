import type { LockEntry } from '../../../domain/lockfile.ts';
import type { PackageManifest } from '../../../domain/npm/package.ts';
import type { Problem } from '../facts.ts';

const sections = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;

/**
 * A locked package needs exactly what its tarball says. An invented need brings in a package that nobody asked for;
 * one that is left out is not installed: npm believes the lockfile.
 */
export function needsDiffer(entry: LockEntry, served: PackageManifest): readonly Problem[] {
  const key = `${entry.name}@${entry.version ?? ''}`;
  const problems = sections.flatMap((section) => {
    const [locked, real] = [plainly(entry, section), new Map(Object.entries(served[section]))];
    return [
      ...beyond(locked, real).map((need) => invented(key, section, need)),
      ...beyond(real, locked).map((need) => leftOut(key, section, need)),
    ];
  });
  const development = [...entry.devDependencies].map((need) => invented(key, 'devDependencies', need));
  return [...problems, ...development, ...optionalPeersDiffer(key, entry, served)];
}

/** As npm reads it: what is optional too is optional. */
function plainly(entry: LockEntry, section: (typeof sections)[number]): ReadonlyMap<string, string> {
  if (section !== 'dependencies') return entry[section];
  return new Map([...entry.dependencies].filter(([name]) => !entry.optionalDependencies.has(name)));
}

type Need = readonly [name: string, range: string];

/** What `these` has and `those` has not, or has with another range. */
function beyond(these: ReadonlyMap<string, string>, those: ReadonlyMap<string, string>): readonly Need[] {
  return [...these].filter(([name, range]) => those.get(name) !== range);
}

function invented(key: string, section: string, [name, range]: Need): Problem {
  return {
    code: 'integrity.invented-dependency',
    detail: `The lockfile says that ${key} needs ${name} ${range} ("${section}"); its tarball does not.`,
  };
}

function leftOut(key: string, section: string, [name, range]: Need): Problem {
  return {
    code: 'integrity.left-out-dependency',
    detail: `The tarball of ${key} needs ${name} ${range} ("${section}"); the lockfile does not say so.`,
  };
}

function optionalPeersDiffer(key: string, entry: LockEntry, served: PackageManifest): readonly Problem[] {
  const [locked, real] = [entry.optionalPeers.join(', '), served.optionalPeers.join(', ')];
  if (locked === real) return [];
  const detail = `Peers that ${key} need not have: the lockfile says ${locked || 'none'}, its tarball ${real || 'none'}.`;
  return [{ code: 'integrity.optional-peers-differ', detail }];
}
