import type { GuardrailsReport } from '../../domain/stage.ts';
import type { FlagEnd, PromotedFlags } from '../../views/promoted-flags.ts';

/** The flags whose code a change removes, and what the journal knows of each. */
export type FlagRemoval = {
  /** The value at which the guardrail flag-off proved that the old program is the new one. */
  readonly to: 'on' | 'off';
  readonly keys: readonly string[];
  /** Those whose rollout ended long enough ago. */
  readonly settled: readonly FlagEnd[];
  readonly doubts: readonly FlagDoubt[];
};
export type FlagDoubt = { readonly code: string; readonly reason: string };

export type RemovalRules = { readonly removeAfterSeconds: number; readonly now: Date };

/** undefined: the guardrail proved no removal. What it says of itself must be whole: the strict reading wins. */
export function flagRemoval(
  { results }: Pick<GuardrailsReport, 'results'>,
  { flags }: PromotedFlags,
  rules: RemovalRules,
): FlagRemoval | undefined {
  const proofs = results.filter(({ name }) => name === 'flag-off');
  const [proof] = proofs;
  const to = proof?.evidence.removedTo;
  if (proofs.length !== 1 || proof?.verdict !== 'pass' || (to !== 'on' && to !== 'off')) return undefined;
  if (proof.code !== `flag-off.removed-${to}`) return undefined;
  const removed = proof.evidence.removed;
  const keys = Array.isArray(removed) ? removed.filter((key) => typeof key === 'string') : [];
  if (!Array.isArray(removed) || keys.length === 0 || keys.length !== removed.length) return undefined;
  const wanted = to === 'on' ? 'promoted' : 'rolled-back';
  const found = keys.map((key) => settle({ key, end: flags.get(key), wanted }, rules));
  return {
    to,
    keys,
    settled: found.flatMap((each) => ('code' in each ? [] : [each])),
    doubts: found.flatMap((each) => ('code' in each ? [each] : [])),
  };
}

/** Why no removal may land by what the journal knows; []: nothing speaks against it. */
export function removalDoubts(removal: FlagRemoval | undefined): readonly FlagDoubt[] {
  const reason = 'The guardrail flag-off proved no removal of a flag.';
  return removal === undefined ? [{ code: 'policy.flag-not-proved', reason }] : removal.doubts;
}

type Asked = {
  readonly key: string;
  readonly end: FlagEnd | undefined;
  readonly wanted: FlagEnd['state'];
};

function settle({ key, end, wanted }: Asked, { removeAfterSeconds, now }: RemovalRules): FlagEnd | FlagDoubt {
  if (end === undefined || end.state !== wanted) {
    const known = end === undefined ? 'no rollout of it is journalled' : `${end.change} ended ${end.state}`;
    return { code: `policy.flag-not-${wanted}`, reason: `${key} is not known to be ${wanted}: ${known}.` };
  }
  const age = (now.getTime() - Date.parse(end.since)) / 1000;
  if (age >= removeAfterSeconds) return end;
  const days = (seconds: number) => `${Number((seconds / 86_400).toFixed(2))} days`;
  const reason = `${key} is ${wanted} for ${days(Math.max(0, age))}, less than ${days(removeAfterSeconds)}.`;
  return { code: 'policy.flag-too-young', reason };
}
