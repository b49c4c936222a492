import type { ChangeId } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { endingNote } from '../../domain/exposure.ts';
import type { ChangeState } from '../../engine/state.ts';
import { readEnding } from '../../stages/7-rollout/ending.ts';
import { positionNote, readPosition } from '../../stages/7-rollout/position.ts';

/**
 * A rollout whose share a person may still hold or lower. Rejects with `rollout.not-found` where there is none, and with
 * `rollout.not-allowed` where what is asked for would count for nothing: whoever believes that users are held back must be right.
 */
export function mustBeSteerable({ id, stage, conclusion, notes }: ChangeState): void {
  if (stage !== 'rollout') {
    const found = stage === null ? `it ended: ${conclusion?.outcome}` : `it is in stage ${stage}`;
    throw new AutolandError('rollout.not-found', `expected a change in its rollout; ${found}`, {
      mend: 'autoland status shows which change is exposed',
    });
  }
  if (readEnding(notes.get(endingNote)) !== undefined) throw isEnding(id);
  const position = readPosition(notes.get(positionNote));
  if (position?.trial != null)
    throw withEverybody(id, 'a trial of it, in which half of the users have the version before');
  if (position?.watchedSince != null)
    throw withEverybody(id, `that everybody has it, since ${position.watchedSince}`);
  if (position?.ordered === 'promote')
    throw withEverybody(id, 'that it passed its last step: everybody is given it');
}

function withEverybody(id: ChangeId, found: string): AutolandError {
  return new AutolandError(
    'rollout.not-allowed',
    `expected a rollout whose share can still be set, found ${found}`,
    { mend: `to take it from its users: autoland rollback ${id}` },
  );
}

function isEnding(id: ChangeId): AutolandError {
  return new AutolandError(
    'rollout.not-allowed',
    'expected a rollout that goes on, found that it closes: nobody is given it any more',
    { mend: `autoland explain ${id} shows how it ends` },
  );
}
