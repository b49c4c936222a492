import { lookNote, trialNote, watchNote } from '../domain/exposure.ts';
import { counted } from '../domain/words.ts';
import type { ChangeState } from '../engine/state.ts';

/** What the stage that a change is in waits for, in a sentence and its code; null: nothing that is known. */
export function waitingFor({ stage, notes, failures }: ChangeState): string | null {
  if (failures > 0) return `failed ${counted(failures, 'time')} so far, it is tried again`;
  const text = (note: string, field: string) => {
    const value = notes.get(note)?.[field];
    return typeof value === 'string' ? value : null;
  };
  if (stage === 'merge' && notes.has('merge.commit')) return null;
  if (stage === 'merge') return withCode(text('merge.waiting', 'why'), text('merge.waiting', 'code'));
  if (stage === 'policy') return text('policy.deferred', 'why');
  if (stage === 'rollout' && text(trialNote, 'kind') === 'opened') return text(trialNote, 'reason');
  if (stage === 'rollout') return text(watchNote, 'reason') ?? text(lookNote, 'reason');
  return null;
}

function withCode(why: string | null, code: string | null): string | null {
  return why === null ? null : `${why} (${code ?? 'no code'})`;
}
