import { alterationOf } from './altered.ts';
import type { Trial } from './position.ts';

export type Hindrance = { readonly code: string; readonly reason: string };

/** What a look at a trial finds before it asks the witness. */
export type TrialFacts = {
  readonly stopped: { readonly by: string; readonly reason: string } | undefined;
  readonly flag: { readonly weight: number; readonly version: number; readonly killed: boolean } | undefined;
  /** undefined: it cannot be told, and users have what the router has read; null: there is none. */
  readonly route: { readonly stable: string; readonly candidate: object | null } | null | undefined;
  /** Of the new version. */
  readonly digest: string;
  readonly now: Date;
};

type Rule = (trial: Trial, facts: TrialFacts) => Hindrance | undefined;

const rules: readonly Rule[] = [stopped, killed, putBack, altered, neverBegun];
/** What everybody is about to be given again needs its flag no more. */
const rulesOnceCleared: readonly Rule[] = [stopped, killed];

/** Why a trial ends with everybody on the version before, whatever users meet; undefined: it goes on. */
export function hindranceOf(trial: Trial, facts: TrialFacts): Hindrance | undefined {
  const all = trial.ordered === 'promote' ? rulesOnceCleared : rules;
  return all.reduce<Hindrance | undefined>((found, rule) => found ?? rule(trial, facts), undefined);
}

/** The router gives everybody the version before under a stop, and to give them the new one again would be a raise. */
function stopped(trial: Trial, { stopped: by }: TrialFacts): Hindrance | undefined {
  return by && takenBack(trial, `then ${by.by} stopped it (${by.reason})`);
}

function killed(_: Trial, { flag }: TrialFacts): Hindrance | undefined {
  return flag?.killed ? { code: 'rollout.killed', reason: 'its flag was killed' } : undefined;
}

/** Before the trial has its own route, everybody has the new version by the one of the promotion. */
function putBack(_: Trial, { route, digest }: TrialFacts): Hindrance | undefined {
  if (route === undefined || route?.stable === digest || (route !== null && route.candidate !== null))
    return undefined;
  const reason = 'Users were given the version before again while it was compared with the new one.';
  return { code: 'rollout.taken-back', reason };
}

function altered(trial: Trial, { flag }: TrialFacts): Hindrance | undefined {
  const found = alterationOf(flag, trial);
  return found === undefined ? undefined : takenBack(trial, `no comparison can be trusted, because ${found}`);
}

/** Something that is tried again and again: the flag cannot be written, or the router gives no lease. */
function neverBegun(trial: Trial, { now }: TrialFacts): Hindrance | undefined {
  const limit = trial.plan.steps[0]?.limitSeconds ?? 0;
  if (trial.epoch !== null || (now.getTime() - Date.parse(trial.since)) / 1000 < limit) return undefined;
  return takenBack(trial, `the comparison could not be begun in ${limit} s`);
}

function takenBack({ alarm }: Trial, why: string): Hindrance {
  const reason = `${alarm.reason}; half of the users were given the version before, and ${why}: it is taken back.`;
  return { code: 'rollout.watch', reason };
}
