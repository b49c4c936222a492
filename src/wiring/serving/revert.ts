import { openGitHost } from '../../adapters/git-host/local/local-git-host.ts';
import { FileKeyRing } from '../../adapters/keys/file-key-ring.ts';
import { costOf, takenBackCode } from '../../domain/blame.ts';
import { AutolandError } from '../../domain/errors.ts';
import { makeRevert } from '../../engine/revert.ts';
import type { ChangeState } from '../../engine/state.ts';
import { submit } from '../../engine/submit.ts';
import { demotionOf } from '../../views/autonomy.ts';
import { type Ledger, type LedgerChange, revertSource } from '../../views/ledger.ts';
import { revertedBy } from '../../views/proved.ts';
import type { Repository } from '../place/repository.ts';
import { bot } from '../scan/workshop.ts';

/** `autoland rollback` of a change that has ended: reverts its merge, forward through the pipeline. */
export async function revertMerged(
  repository: Repository,
  state: ChangeState,
  how: { actor: string; dryRun: boolean },
): Promise<{ commit: string; change: string | null }> {
  const { merge } = state.results;
  if (merge === undefined)
    throw new AutolandError(
      'rollout.not-allowed',
      `${state.id} was never merged: there is nothing to take back`,
      {
        mend: 'autoland explain shows how it ended',
      },
    );
  const ledger = await repository.ledger();
  const known = revertOf(ledger, merge.commit);
  if (known !== undefined)
    throw new AutolandError(
      'rollout.not-allowed',
      `expected a merge that nothing takes back yet, found that ${known.id} ${known.conclusion === null ? 'reverts' : 'has reverted'} it`,
      { mend: `autoland explain ${known.id}` },
    );
  if (how.dryRun) return { commit: merge.commit, change: null };
  const { place, store, clock } = repository;
  const keyRing = await FileKeyRing.open(place.files.keys, { create: false });
  const git = await openGitHost({ dir: place.repo, keyRing, bot });
  try {
    const { id, proposal } = state;
    const { title, target } = proposal;
    const why = `${how.actor} took it back.`;
    const made = await makeRevert(git, {
      ...{ change: id, title, target },
      ...{ commit: merge.commit, why, at: clock.now() },
    });
    if (made.kind === 'conflict')
      throw new AutolandError(
        'rollout.not-allowed',
        `it cannot be reverted cleanly: ${made.paths.join(', ')}`,
        {
          mend: 'revert it by hand and push, then: autoland adopt',
        },
      );
    await demoteFor(repository, state, how.actor);
    const ports = { journal: store, outbox: store, clock };
    const { change } = await submit(ports, ledger, made.proposal, how.actor);
    return { commit: merge.commit, change };
  } finally {
    await git.close();
  }
}

/** What landed and everybody had, and a person takes back all the same, has failed in production. */
export async function demoteFor({ store }: Repository, state: ChangeState, actor: string): Promise<void> {
  const { results, conclusion, id: change } = state;
  const cost = costOf(takenBackCode, results);
  const wasMet = conclusion?.outcome === 'landed' && results.rollout?.ran === true;
  if (cost === null || (cost.onlyIfMet && !wasMet)) return;
  await store.append(demotionOf(cost, { change, actor }));
}

/** The revert of a merge that is under way or has landed; undefined: there is none. */
function revertOf({ changes }: Ledger, commit: string): LedgerChange | undefined {
  return [...changes.values()].find(
    ({ proposal, conclusion }) =>
      proposal.source === revertSource &&
      revertedBy(proposal) === commit &&
      (conclusion === null || conclusion.outcome === 'landed'),
  );
}
