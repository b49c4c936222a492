import { LRUCache } from 'lru-cache';
import { type ChangeReader, openChangeReader } from '../../adapters/git-host/local/change-reader.ts';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { ChildProver } from '../../adapters/prover/child-prover.ts';
import { openScratchDirectory } from '../../adapters/scratch-directory.ts';
import { ChildSyntaxComparer } from '../../adapters/syntax/child-syntax-comparer.ts';
import type { Sha } from '../../domain/change.ts';
import type { Classification, StageOutcome } from '../../domain/stage.ts';
import type { Rules } from '../../ports/rules.ts';
import { type ClassifyDeps, runClassify } from '../../stages/1-classify/run.ts';

export type Classed = {
  readonly head: Sha;
  readonly outcome: Extract<StageOutcome<Classification>, { kind: 'done' | 'stop' }>;
};

const remembered = 50;

/**
 * Classes what a ref holds as the pipeline would, and writes nothing into the repository. It reads whole trees, and asks children that
 * take up to a gigabyte, so whoever calls it asks once at a time. The same commit on the same tip is the same answer.
 */
export class RefClasser {
  readonly #known = new LRUCache<string, Classed>({ max: remembered });

  async class(repo: string, ref: string, rules: Rules): Promise<Classed> {
    const head = await headOf(repo, ref);
    const key = `${head} ${rules.commit}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const classed = { head, outcome: await classHead(repo, head, rules) };
    this.#known.set(key, classed);
    return classed;
  }
}

async function headOf(repo: string, ref: string): Promise<Sha> {
  const { reader, close } = await openGitReader(repo);
  try {
    return await reader.resolve(ref);
  } finally {
    await close();
  }
}

/** Onto the very tip that the rules are of: one that moves meanwhile is another question. */
async function classHead(repo: string, head: Sha, { commit, config }: Rules): Promise<Classed['outcome']> {
  const scratch = await openScratchDirectory('autoland-mcp-');
  try {
    const git = await openChangeReader(repo, scratch.path);
    try {
      const proposal = { source: 'check', title: '', head, ref: head, target: commit, record: {} };
      const outcome = await runClassify(depsOf(git, config), { proposal });
      if (outcome.kind === 'done' || outcome.kind === 'stop') return outcome;
      throw new Error(`classify answered ${outcome.kind}`);
    } finally {
      await git.close();
    }
  } finally {
    await scratch.remove();
  }
}

function depsOf(git: ChangeReader, { flags, scope }: Rules['config']): ClassifyDeps {
  const { reader, mergeTree } = git;
  return {
    git: {
      resolve: (ref) => reader.resolve(ref),
      diff: (base, head) => reader.diff(base, head),
      history: (base, head) => reader.history(base, head),
      readFile: (commit, path) => reader.readFile(commit, path),
      list: (commit, under) => reader.list(commit, under),
      mergeTree,
      // Nobody claims here that it undoes anything.
      revertTree: () => Promise.resolve({ kind: 'conflict', paths: [] }),
    },
    syntax: new ChildSyntaxComparer(),
    prover: new ChildProver(),
    flagHelpers: flags.helpers,
    protectedPatterns: scope.protectedPaths,
  };
}
