import type { LandedDigest } from '../adapters/registry/tarballs.ts';
import type { Sha } from '../domain/change.ts';
import { readLockedTree } from '../domain/lockfile/read-tree.ts';
import type { GitReader } from '../ports/git-host.ts';

/**
 * By the lockfile of a commit that people have landed. DANGER: never of what a change brings. Read when first asked for; one that cannot
 * be read states nothing, and is told of elsewhere.
 */
export function landedDigests(git: Pick<GitReader, 'list' | 'readFile'>, commit: Sha): LandedDigest {
  let reading: Promise<ReadonlyMap<string, string>> | undefined;
  return async (name, version) => {
    reading ??= read(git, commit);
    return (await reading).get(`${name}@${version}`);
  };
}

async function read(
  git: Pick<GitReader, 'list' | 'readFile'>,
  commit: Sha,
): Promise<ReadonlyMap<string, string>> {
  const { lockfile } = await readLockedTree({
    read: (path) => git.readFile(commit, path),
    paths: async () => (await git.list(commit, '')).map(({ path }) => path),
  });
  const entries = [...(lockfile?.entries.values() ?? [])];
  return new Map(
    entries.flatMap(({ name, version, integrity, link }) =>
      link || version === undefined || integrity === undefined ? [] : [[`${name}@${version}`, integrity]],
    ),
  );
}
