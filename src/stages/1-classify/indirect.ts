import semver from 'semver';
import type { PackageChange } from '../../domain/change.ts';
import { findInstalled, isProject, type LockEntry, type Lockfile } from '../../domain/lockfile.ts';
import { readSpec } from '../../domain/npm/spec.ts';

/** A package that some package gets in another version than before. */
export type Move = {
  readonly name: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
};

export type IndirectMoves = {
  /** The update needs them: what it brings does not accept the former version. Its own step vouches for them. */
  readonly carried: readonly Move[];
  /** Nothing needs them: each is an update of its own, and its step counts. */
  readonly own: readonly Move[];
};

/** Sorts the moves of packages that the project does not name by whether a moved direct package needs them. Pure. */
export function indirectMoves(
  packages: readonly PackageChange[],
  base: Lockfile,
  head: Lockfile,
): IndirectMoves {
  const moved = packages.flatMap(({ name, path, from, to, direct }) =>
    from === null || to === null ? [] : [{ name, path, from, to, direct }],
  );
  const brought = reach(
    head,
    moved.filter(({ direct }) => direct).map(({ path }) => path),
  );
  const moves = [...moved.filter(({ direct }) => !direct), ...newPlaces(base, head)];
  const isCarried = ({ path, from }: Move): boolean =>
    brought.some(({ target, range }) => target === path && !accepts(range, from));
  return {
    carried: moves.filter(isCarried),
    own: moves.filter((move) => !isCarried(move)),
  };
}

/** A package that stays as it is can get another version by its place alone: from a folder that is new, or is gone. */
function newPlaces(base: Lockfile, head: Lockfile): readonly Move[] {
  const moves: Move[] = [];
  for (const entry of head.entries.values()) {
    if (isProject(entry.path) || base.entries.get(entry.path)?.version !== entry.version) continue;
    for (const [name] of asked(entry)) {
      const before = findInstalled(base, entry.path, name);
      const after = findInstalled(head, entry.path, name);
      if (before === undefined || after === undefined || before.path === after.path) continue;
      const [from, to] = [before.version ?? '', after.version ?? ''];
      if (from !== to) moves.push({ name: after.name, path: after.path, from, to });
    }
  }
  return moves;
}

type Wish = { readonly target: string; readonly range: string | undefined };

/** What the packages at these places ask for, and what those ask for that they get, and so on. */
function reach(lockfile: Lockfile, starts: readonly string[]): readonly Wish[] {
  const wishes: Wish[] = [];
  const seen = new Set(starts);
  const pending = [...starts];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const entry = lockfile.entries.get(path);
    for (const [name, text] of entry === undefined ? [] : asked(entry)) {
      const target = findInstalled(lockfile, path, name)?.path;
      if (target === undefined) continue;
      const spec = readSpec(name, text);
      // pnpm writes down what was chosen, not what was asked for: that proves no need.
      const isAsked = lockfile.dialect !== 'pnpm' && spec.kind === 'range';
      wishes.push({ target, range: isAsked ? spec.range : undefined });
      if (!seen.has(target)) pending.push(target);
      seen.add(target);
    }
  }
  return wishes;
}

function asked(entry: LockEntry): readonly (readonly [string, string])[] {
  return [...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies];
}

/** What is no range of versions proves no need. */
function accepts(range: string | undefined, version: string): boolean {
  return range === undefined || semver.satisfies(version, range);
}
