import type { ChangeId, Proposal, Sha } from '../domain/change.ts';
import type { GitLander, GitReader } from '../ports/git-host.ts';

export type RevertGit = Pick<GitReader, 'resolve'> & Pick<GitLander, 'revertTree' | 'makeCommit' | 'point'>;

export type Reverted =
  | { readonly kind: 'proposed'; readonly proposal: Proposal }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** Makes the commit that takes `commit` back from today's tip, and the proposal to land it. It is a change like any other. */
export async function makeRevert(
  git: RevertGit,
  of: {
    /** The change that brought the commit; undefined: no change did, a person pushed it. */
    readonly change: ChangeId | undefined;
    readonly title: string;
    readonly target: string;
    readonly commit: Sha;
    /** One line. It MUST hold nothing that a service or an agent wrote: a commit is read by many, and stays for good. */
    readonly why: string;
    readonly at: Date;
  },
): Promise<Reverted> {
  const { target, change, commit } = of;
  const tip = await git.resolve(target);
  const reverted = await git.revertTree(tip, commit);
  if (reverted.kind === 'conflict') return reverted;
  const title = `Revert "${of.title}"`;
  const head = await git.makeCommit({
    tree: reverted.tree,
    parents: [tip],
    message: `${title}\n\n${change ?? commit}: ${of.why}`,
    trailers: [['Autoland-Reverts', commit]],
    at: of.at,
  });
  const ref = `refs/heads/autoland/revert/${change ?? commit}`;
  await git.point(ref, head);
  const record = { reverts: commit, ...(change !== undefined && { of: change }) };
  return { kind: 'proposed', proposal: { source: 'agent:revert', title, head, ref, target, record } };
}
