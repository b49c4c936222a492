import { median, rounded } from '../support/figures.ts';
import { atMost } from './proportion.ts';

export type Word = 'promote' | 'rollback' | 'hold';

export type Ending = {
  readonly word: Word;
  /** Until it was promoted or rolled back. */
  readonly seconds: number;
  readonly secondsOfFault: number | undefined;
  readonly usersHarmed: number;
};

/** undefined: the version is healthy. */
export type Rule<Fault> = (seed: number, fault: Fault | undefined) => Ending;

/** `label`: what the figures of each fault begin with. `runs`: of each fault. `seed`: all of them are above it. */
export type Trials<Fault> = {
  readonly seed: number;
  readonly healthy: number;
  readonly runs: number;
  readonly faults: readonly { readonly label: object; readonly fault: Fault }[];
};

/** `usersHarmed`: in the mean over all faults, also of those that were promoted. `missed`: the share of those. */
export function resultOf<Fault>(rule: Rule<Fault>, trials: Trials<Fault>) {
  const healthy = endingsOf(rule, undefined, trials);
  const rolledBack = healthy.filter(isRolledBack).length;
  const promoted = healthy.filter(isPromoted);
  const each = trials.faults.map(({ label, fault }, at) => {
    const endings = endingsOf(rule, fault, trials, at);
    const found = endings.filter(isRolledBack);
    return {
      ...label,
      rolledBack: found.length / trials.runs,
      promoted: endings.filter(isPromoted).length / trials.runs,
      secondsToRollback: found.length === 0 ? null : rounded(median(found.map(secondsOf)), 1),
      ...harmOf(endings),
    };
  });
  return {
    falseRollbacks: { found: rolledBack, of: trials.healthy, atMost: atMost(rolledBack, trials.healthy) },
    healthyPromoted: rounded(promoted.length / trials.healthy, 4),
    secondsToPromote: promoted.length === 0 ? null : median(promoted.map(({ seconds }) => seconds)),
    missed: rounded(mean(each.map(({ promoted: share }) => share)), 4),
    usersHarmed: rounded(mean(each.map(({ usersHarmed }) => usersHarmed)), 2),
    standardError: rounded(Math.hypot(...each.map(({ standardError }) => standardError)) / each.length, 2),
    faults: each,
  };
}

export type Result = ReturnType<typeof resultOf>;

/** `at`: the place of the fault; each has seeds of its own. */
function endingsOf<Fault>(rule: Rule<Fault>, fault: Fault | undefined, trials: Trials<Fault>, at = -1) {
  const count = fault === undefined ? trials.healthy : trials.runs;
  const first = trials.seed + 100_000 * (at + 1);
  return Array.from({ length: count }, (_, run) => rule(first + run, fault));
}

function harmOf(endings: readonly Ending[]) {
  const harmed = endings.map(({ usersHarmed }) => usersHarmed);
  const middle = mean(harmed);
  const variance = mean(harmed.map((one) => (one - middle) ** 2));
  return {
    usersHarmed: rounded(middle, 2),
    standardError: rounded(Math.sqrt(variance / Math.max(1, endings.length - 1)), 2),
  };
}

export function meanHarm<Fault>(rule: Rule<Fault>, trials: Trials<Fault>): number {
  const each = trials.faults.map(({ fault }, at) =>
    mean(endingsOf(rule, fault, trials, at).map(({ usersHarmed }) => usersHarmed)),
  );
  return mean(each);
}

/** How many times fewer autoland harms than the best of them; null: there is none. */
export function fewerOf(
  autoland: Pick<Result, 'usersHarmed'>,
  of: readonly Pick<Result, 'usersHarmed'>[],
): number | null {
  return of.length === 0
    ? null
    : rounded(Math.min(...of.map(({ usersHarmed }) => usersHarmed)) / autoland.usersHarmed, 1);
}

function isRolledBack({ word }: Ending): boolean {
  return word === 'rollback';
}

function isPromoted({ word }: Ending): boolean {
  return word === 'promote';
}

function secondsOf({ secondsOfFault }: Ending): number {
  return secondsOfFault ?? 0;
}

export function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / all.length;
}
