import type { KeyObject } from 'node:crypto';
import { groupBySize } from '../../adapters/git-host/local/blobs.ts';
import { isCommitSignedBy } from '../../adapters/git-host/local/commit-object.ts';
import { GitView } from '../../adapters/git-host/local/git-view.ts';
import { LocalGitReader } from '../../adapters/git-host/local/reader.ts';
import { locateRepository } from '../../adapters/git-host/local/repository.ts';
import type { Anchor } from '../../audit/verify-log.ts';
import type { Sha } from '../../domain/change.ts';
import { trailersOf } from '../../domain/trailers.ts';
import { BranchRules } from '../place/rules.ts';

const trailer = 'Autoland-Log';
/** No merge of ours is nearly as large. */
const maxCommitBytes = 1024 * 1024;

type Named = { readonly sha: Sha; readonly size: number };

/**
 * Every merge carries the size and root of the log that covered its decision. Anybody who may push can write such a
 * trailer, so only what the lander has signed counts. Commits are read a few megabytes at a time.
 */
export async function mergeAnchors(repo: string, lander: KeyObject): Promise<readonly Anchor[]> {
  const view = await GitView.open(await locateRepository(repo));
  try {
    const anchors: Anchor[] = [];
    for (const group of groupBySize(await candidates(view)))
      for (const [sha, commit] of await readCommits(view, group)) {
        const anchor = anchorOf(sha, commit);
        if (anchor !== undefined && isCommitSignedBy(lander, commit)) anchors.push(anchor);
      }
    return anchors;
  } finally {
    await view.close();
  }
}

/** Commits of the protected branch that speak of a log at all. */
async function candidates(view: GitView): Promise<readonly Named[]> {
  const reader = new LocalGitReader(view);
  const rules = await new BranchRules(reader, false).load().catch(() => undefined);
  const tip = await reader.resolve(rules?.config.branch ?? 'HEAD');
  const wanted = ['--first-parent', '--fixed-strings', `--grep=${trailer}: `, '--encoding=UTF-8'];
  const { stdout } = await view.objects(['rev-list', ...wanted, tip, '--']);
  const format = '--batch-check=%(objectname) %(objectsize)';
  const sizes = await view.objects(['cat-file', format], { stdin: stdout });
  const lines = sizes.stdout.toString('latin1').split('\n').filter(Boolean);
  return lines
    .map((line) => line.split(' '))
    .map(([sha = '', size]) => ({ sha, size: Number(size) }))
    .filter(({ size }) => size <= maxCommitBytes);
}

async function readCommits(
  view: GitView,
  group: readonly Named[],
): Promise<readonly (readonly [Sha, string])[]> {
  const stdin = group.map(({ sha }) => `${sha}\n`).join('');
  const { stdout } = await view.objects(['cat-file', '--batch'], { stdin });
  let at = 0;
  return group.map(({ sha, size }) => {
    const from = stdout.indexOf(10, at) + 1;
    at = from + size + 1;
    return [sha, stdout.subarray(from, from + size).toString()];
  });
}

/** undefined: its trailer is none of ours. */
function anchorOf(sha: Sha, commit: string): Anchor | undefined {
  const message = commit.slice(commit.indexOf('\n\n') + 2);
  const [, size, root] = /^(\d{1,15}) ([0-9a-f]{64})$/.exec(trailersOf(message).get(trailer) ?? '') ?? [];
  if (size === undefined || root === undefined) return undefined;
  return { source: `merge ${sha.slice(0, 10)}`, size: Number(size), root: Buffer.from(root, 'hex') };
}
