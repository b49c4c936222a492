import type { CanaryOutcome, Defect } from '../../../domain/canary.ts';
import type { Judgement } from '../quorum.ts';

/** `defect` undefined: what was asked about is known to be good. Independence plays no part: that nobody objects is what is measured. */
export function outcomeOf({ verdict, findings }: Judgement, defect: Defect | undefined): CanaryOutcome {
  if (verdict === 'abstain') return 'abstained';
  if (defect === undefined) return verdict === 'veto' ? 'false-veto' : 'cleared';
  if (verdict === 'no-objection') return 'missed';
  const { file, from, to } = defect;
  const isFound = findings.some(
    (one) => one.file === file && one.side === 'added' && one.line >= from && one.line <= to,
  );
  // Who vetoes for something else has not been seen to see the defect.
  return isFound ? 'caught' : 'elsewhere';
}
