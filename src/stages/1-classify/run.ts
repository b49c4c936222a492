import type { Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Classification, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { GitLander, GitReader } from '../../ports/git-host.ts';
import { classify } from './classify.ts';
import { gather } from './gather.ts';

export type ClassifyDeps = {
  /** `diff`, `readFile` and `list` are called with tree names too. */
  readonly git: GitReader & Pick<GitLander, 'mergeTree' | 'revertTree'>;
  /** Of the protected branch's configuration: `*` inside a name, `**` across folders. */
  readonly protectedPatterns: readonly string[];
  /** The commit that a change claims to undo. The claim is checked: only an equal tree makes it a `revert`. */
  readonly revertOf?: (proposal: Proposal) => Sha | undefined;
};

/** Merges the change onto the tip of its branch, and classes the difference of the two trees. */
export async function runClassify(
  deps: ClassifyDeps,
  { proposal }: Pick<StageContext, 'proposal'>,
): Promise<StageOutcome<Classification>> {
  const { git, protectedPatterns } = deps;
  const base = await git.resolve(proposal.target);
  const merged = await git.mergeTree(base, proposal.head);
  if (merged.kind === 'conflict') {
    const reason = `It conflicts with ${proposal.target} in ${merged.paths.slice(0, 10).join(', ')}.`;
    return stop('held', 'classify.conflict', reason);
  }
  const { tree } = merged;
  const files = await git.diff(base, tree);
  if (files.length === 0) {
    return stop('refused', 'classify.empty', `${proposal.target} already holds all that this change does.`);
  }
  try {
    const facts = await gather({ git, base, tree, files });
    const revert = await checkRevert(deps, proposal, { base, tree });
    return {
      kind: 'done',
      data: { ...classify({ ...facts, revert, protectedPatterns }), base, tree, files },
    };
  } catch (error) {
    if (!(error instanceof AutolandError) || error.code !== 'lockfile.invalid') throw error;
    return stop('refused', error.code, error.message);
  }
}

async function checkRevert(
  { git, revertOf }: ClassifyDeps,
  proposal: Proposal,
  { base, tree }: { base: Sha; tree: Sha },
): Promise<{ of: Sha; equal: boolean } | undefined> {
  const claimed = revertOf?.(proposal);
  if (claimed === undefined) return undefined;
  const of = await git.resolve(claimed);
  // The oldest commit after `of` has it as first parent only if `of` is on the branch's own line.
  const after = await git.history(of, base);
  const onBranch = of === base || after[0]?.parents[0] === of;
  if (!onBranch) return { of, equal: false };
  const undone = await git.revertTree(base, of);
  return { of, equal: undone.kind === 'clean' && undone.tree === tree };
}

function stop(outcome: 'held' | 'refused', code: string, reason: string): StageOutcome<never> {
  return { kind: 'stop', conclusion: { outcome, code, reasons: [reason] } };
}
