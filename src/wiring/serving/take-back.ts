import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { holderOf } from '../../adapters/store/control-lock.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { ChangeState } from '../../engine/state.ts';
import type { Repository } from '../place/repository.ts';
import { revertMerged } from './revert.ts';

export type TakenBack =
  /** The pipeline takes it in with its next stage call. */
  | { readonly kind: 'told'; readonly change: string; readonly name: string; readonly sent: boolean }
  /** `change`: null when it was only rehearsed. */
  | { readonly kind: 'reverting'; readonly commit: string; readonly change: string | null };

type How = { readonly actor: string; readonly dryRun: boolean };

/** No stage call of a rollout lasts so long. */
const patienceMs = 30_000;
const lookMs = 100;

/** `autoland rollback`: a change under way is told; what has ended, or does meanwhile without having heard, is reverted. */
export async function takeBack(repository: Repository, prefix: string, how: How): Promise<TakenBack> {
  const { state } = await repository.change(prefix);
  if (hasPassed(state)) return revert(repository, state, how);
  const told = { kind: 'told', change: state.id, name: nameOf(state), sent: !how.dryRun } as const;
  if (how.dryRun) return told;
  const { actor } = how;
  await repository.store.signal({ change: state.id, name: told.name, key: randomUUID(), actor, data: {} });
  const after = await whenHeard(repository, state.id);
  return isUnheard(after) ? revert(repository, after, how) : told;
}

async function revert(repository: Repository, state: ChangeState, how: How): Promise<TakenBack> {
  if (state.stage === 'conclude' && state.conclusion?.outcome === 'rolled-back')
    throw new AutolandError('rollout.not-allowed', `${state.id} is being rolled back already`, {
      mend: `autoland explain ${state.id} shows how it ends`,
    });
  return { kind: 'reverting', ...(await revertMerged(repository, state, how)) };
}

/** Before anything is exposed, taking a change back is cancelling it. */
function nameOf({ stage }: ChangeState): string {
  return stage === 'rollout' || stage === 'release' ? 'rollback' : 'cancel';
}

/** Nobody asks for signals any more. */
function hasPassed({ stage }: ChangeState): boolean {
  return stage === null || stage === 'conclude';
}

/**
 * Every stage call that begins after the signal sees it, and after each stage before the rollout another call comes.
 * Only the rollout's call under way may end the change without having seen it.
 */
async function whenHeard(repository: Repository, id: string): Promise<ChangeState> {
  const until = performance.now() + patienceMs;
  for (;;) {
    // Asked before the journal is read: what a control plane wrote that has died since is in it.
    const works = holderOf(repository.place.files.lock) !== null;
    const { state } = await repository.change(id);
    if (state.stage !== 'rollout' || !works || performance.now() > until) return state;
    await sleep(lookMs);
  }
}

/** It ended with its merge on the branch. */
function isUnheard(state: ChangeState): boolean {
  return hasPassed(state) && state.results.merge !== undefined && state.conclusion?.outcome !== 'rolled-back';
}
