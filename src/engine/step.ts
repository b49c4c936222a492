import { withdrawal } from '../domain/decision.ts';
import { AutolandError } from '../domain/errors.ts';
import type { Claim } from '../domain/journal.ts';
import type { StageName, StageOutcome } from '../domain/stage.ts';
import type { BoundStage, EnginePorts } from './bound-stage.ts';
import { StageCall } from './stage-call.ts';
import type { ChangeState } from './state.ts';

/** Runs one call of the stage that `state` is in, and journals what it answered. */
export async function step(
  ports: EnginePorts,
  stage: BoundStage,
  state: ChangeState,
  claim: Claim,
): Promise<void> {
  const call = new StageCall(ports, stage, state, claim);
  const stopped = withdrawn(state);
  if (stopped !== undefined) return call.settle(stopped);
  try {
    await call.settle(await stage.run(call));
  } catch (thrown) {
    if (thrown instanceof AutolandError && thrown.code === 'lease.lost') throw thrown;
    await call.fail(thrown);
  }
}

/** Only the merge stage knows whether the branch holds the change already: it asks for itself. */
const beforeMerge: ReadonlySet<StageName | null> = new Set(['classify', 'guardrails', 'judge', 'policy']);

/** A new head replaces the old one before the merge, never after. */
function withdrawn(state: ChangeState): StageOutcome<never> | undefined {
  const conclusion = beforeMerge.has(state.stage) ? withdrawal(state.signals) : undefined;
  return conclusion && { kind: 'stop', conclusion };
}
