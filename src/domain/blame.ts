import { type Demotion, demotedTo } from './autonomy.ts';
import type { ChangeClass } from './change.ts';
import type { StageData } from './stage.ts';

/** Whether that a change was taken from production speaks against its class. `if-met`: only where a user could meet it. */
type Blame = 'always' | 'if-met' | 'never';

/** The code of what had landed, and was taken back by a person afterwards. */
export const takenBackCode = 'change.taken-back';

/** By the code of how it was taken back. */
const blames: { readonly [code: string]: Blame } = {
  // Its tree was built before the merge, with success: what fails now is mostly the registry or the machine.
  'release.build-failed': 'never',
  // Between two services it was met at the first.
  'release.by-person': 'if-met',
  // Every guardrail passed, and it does not run where it must.
  'release.unhealthy': 'always',
  'rollout.server-errors': 'always',
  'rollout.client-errors': 'always',
  'rollout.latency': 'always',
  'rollout.metric': 'always',
  'rollout.watch': 'always',
  'rollout.killed': 'if-met',
  'rollout.by-person': 'if-met',
  'rollout.taken-back': 'if-met',
  [takenBackCode]: 'if-met',
};

/** A code that is not in the table is a failure that nobody has thought of yet. */
function blameFor(code: string): Blame {
  return Object.hasOwn(blames, code) ? (blames[code] ?? 'always') : 'always';
}

/** DANGER: a class that cannot land its reverts leaves a failed version on the branch until a person comes. `other` has nothing to lose. */
function canBeDemoted(changeClass: ChangeClass): boolean {
  return changeClass !== 'revert' && changeClass !== 'other';
}

export type Cost = Pick<Demotion, 'class' | 'from' | 'to' | 'code'> & {
  /** Where no user could meet the change, it costs nothing. */
  readonly onlyIfMet: boolean;
};

/** What it costs its class that a change was taken back with this code; null: nothing. */
export function costOf(
  code: string,
  { classify, policy }: { readonly [S in 'classify' | 'policy']?: StageData[S] },
): Cost | null {
  const blame = blameFor(code);
  if (blame === 'never' || classify === undefined || !canBeDemoted(classify.class)) return null;
  const from = policy?.level ?? 'deploy';
  return { class: classify.class, from, to: demotedTo, code, onlyIfMet: blame === 'if-met' };
}
