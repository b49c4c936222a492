import { median, rounded } from '../support/figures.ts';

export type Word = 'promote' | 'rollback' | 'hold';

export type Ending = {
  readonly word: Word;
  readonly secondsOfFault: number | undefined;
  readonly usersHarmed: number;
};

/** undefined: the version is healthy. */
export type Rule<Fault> = (seed: number, fault: Fault | undefined) => Ending;

/** `label`: what the figures of each fault begin with. */
export type Trials<Fault> = {
  readonly runs: number;
  readonly faults: readonly { readonly label: object; readonly fault: Fault }[];
};

/** `usersHarmed`: in the mean over all faults, also of those that were promoted. `missed`: the share of those. */
export function resultOf<Fault>(rule: Rule<Fault>, { runs, faults }: Trials<Fault>) {
  const seeds = Array.from({ length: runs }, (_, at) => at + 1);
  const healthy = seeds.map((seed) => rule(seed, undefined));
  const each = faults.map(({ label, fault }, at) => {
    const endings = seeds.map((seed) => rule(1000 * (at + 1) + seed, fault));
    const found = endings.filter(({ word }) => word === 'rollback');
    return {
      ...label,
      rolledBack: found.length / runs,
      promoted: endings.filter(({ word }) => word === 'promote').length / runs,
      secondsToRollback: found.length === 0 ? null : rounded(median(found.map(secondsOf)), 1),
      usersHarmed: rounded(mean(endings.map(({ usersHarmed }) => usersHarmed)), 1),
    };
  });
  return {
    falseRollbacks: healthy.filter(({ word }) => word === 'rollback').length / runs,
    healthyPromoted: healthy.filter(({ word }) => word === 'promote').length / runs,
    missed: rounded(mean(each.map(({ promoted }) => promoted)), 3),
    usersHarmed: rounded(mean(each.map(({ usersHarmed }) => usersHarmed)), 1),
    faults: each,
  };
}

export type Result = ReturnType<typeof resultOf>;

/** At the documented setting, and at the one that harms the fewest of those that are fit. */
export function compared<Fault, Settings>(
  by: (settings: Settings) => Rule<Fault>,
  { documented, all }: { readonly documented: Settings; readonly all: readonly Settings[] },
  { alpha, ...trials }: Trials<Fault> & { readonly alpha: number },
) {
  const fit = all.filter((settings) => isFit(by(settings), trials.runs, alpha));
  const results = fit.map((settings) => ({ settings, ...resultOf(by(settings), trials) }));
  const [tuned] = results.toSorted((one, other) => one.usersHarmed - other.usersHarmed);
  return {
    documented: resultOf(by(documented), trials),
    tuned: tuned ?? null,
    settingsTried: all.length,
    fit: fit.length,
  };
}

/** Looked at on the healthy rollouts first, and given up as soon as it cannot be. */
function isFit<Fault>(rule: Rule<Fault>, runs: number, alpha: number): boolean {
  let [falseRollbacks, notPromoted] = [0, 0];
  for (let seed = 1; seed <= runs; seed += 1) {
    const { word } = rule(seed, undefined);
    if (word === 'rollback') falseRollbacks += 1;
    if (word !== 'promote') notPromoted += 1;
    if (falseRollbacks > alpha * runs || notPromoted > 0.05 * runs) return false;
  }
  return true;
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

/** Every combination. */
export function grid<Settings extends object>(
  all: { readonly [Key in keyof Settings]: readonly Settings[Key][] },
): Settings[] {
  let made: object[] = [{}];
  for (const [key, choices] of Object.entries(all) as [string, readonly unknown[]][])
    made = made.flatMap((one) => choices.map((choice) => ({ ...one, [key]: choice })));
  return made as Settings[];
}

function secondsOf({ secondsOfFault }: Ending): number {
  return secondsOfFault ?? 0;
}

function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / all.length;
}
