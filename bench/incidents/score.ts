import type { Half } from './case.ts';

export type Verdict = 'pass' | 'fail' | 'abstain';

/** How a case went. `verdict` undefined: it could not be run. */
export type Outcome = {
  readonly kind: 'incident' | 'benign';
  readonly half: Half;
  readonly exercised: boolean;
  readonly verdict: Verdict | undefined;
};

export type Rate = {
  readonly of: number;
  readonly stopped: number;
  readonly halfStopped: number;
  /** From 0 to 1; what abstains counts one half, because a person decides. null: of none. */
  readonly rate: number | null;
};

/** `caught` of the incidents, `alarms` of the benign; `broken`: could not be run, and counts as neither. */
export type Score = { readonly caught: Rate; readonly alarms: Rate; readonly broken: number };

export function scoreOf(outcomes: readonly Outcome[]): Score {
  const of = (wanted: Outcome['kind']) =>
    rateOf(outcomes.flatMap(({ kind, verdict }) => (kind === wanted ? (verdict ?? []) : [])));
  return {
    caught: of('incident'),
    alarms: of('benign'),
    broken: outcomes.filter(({ verdict }) => verdict === undefined).length,
  };
}

/** By the halves, and of the incidents that the client's own tests come by. */
export function scoresOf(outcomes: readonly Outcome[]): Record<Half | 'all' | 'exercised', Score> {
  const where = (keep: (outcome: Outcome) => boolean) => scoreOf(outcomes.filter(keep));
  return {
    all: scoreOf(outcomes),
    exercised: where(({ kind, exercised }) => kind === 'benign' || exercised),
    tuning: where(({ half }) => half === 'tuning'),
    'held-out': where(({ half }) => half === 'held-out'),
  };
}

function rateOf(verdicts: readonly Verdict[]): Rate {
  const stopped = verdicts.filter((each) => each === 'fail').length;
  const halfStopped = verdicts.filter((each) => each === 'abstain').length;
  const rate = verdicts.length === 0 ? null : (stopped + halfStopped / 2) / verdicts.length;
  return { of: verdicts.length, stopped, halfStopped, rate: rate === null ? null : Number(rate.toFixed(3)) };
}
