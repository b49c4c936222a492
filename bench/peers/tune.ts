import { meanHarm, type Rule, resultOf, type Trials } from './compare.ts';
import { mostShownToBe } from './proportion.ts';

/** `tuning`: what the setting is chosen in; `trials`: what it is told of. They share no seed. */
export type Comparison<Fault> = {
  readonly alpha: number;
  readonly tuning: Trials<Fault>;
  readonly trials: Trials<Fault>;
};

/** Of the healthy, in the tuning. */
const leastPromoted = 0.95;

/** At the documented setting, and at the one that harms the fewest of those that are fit. */
export function compared<Fault, Settings>(
  by: (settings: Settings) => Rule<Fault>,
  { documented, all }: { readonly documented: Settings; readonly all: readonly Settings[] },
  comparison: Comparison<Fault>,
) {
  return {
    documented: resultOf(by(documented), comparison.trials),
    tuned: tuned(by, all, comparison),
    settingsTried: all.length,
  };
}

/** Of those that harm the fewest of all that are fit, so many are looked at again. */
const finalists = 5;

/**
 * null: none is fit. Sorted by whom they harm, only the first ones need be asked how they take healthy versions; and as the
 * first may have had luck, the best of some is taken, by more and other rollouts.
 */
export function tuned<Fault, Settings>(
  by: (settings: Settings) => Rule<Fault>,
  all: readonly Settings[],
  { alpha, tuning, trials }: Comparison<Fault>,
) {
  const ranked = rankedBy(all, (settings) => meanHarm(by(settings), tuning));
  const fit: Settings[] = [];
  for (const settings of ranked) {
    if (fit.length === finalists) break;
    if (isFit(by(settings), tuning, alpha)) fit.push(settings);
  }
  const again = { ...tuning, seed: tuning.seed + 1_000_000, runs: trials.runs };
  const [best] = rankedBy(fit, (settings) => meanHarm(by(settings), again));
  return best === undefined ? null : { settings: best, ...resultOf(by(best), trials) };
}

function rankedBy<Settings>(
  all: readonly Settings[],
  harm: (settings: Settings) => number,
): readonly Settings[] {
  return all
    .map((settings) => ({ settings, harm: harm(settings) }))
    .toSorted((one, other) => one.harm - other.harm)
    .map(({ settings }) => settings);
}

/**
 * Whether its false rollbacks are shown to be at most alpha, with 95 % confidence: so that the many that are tried leave none that only
 * had luck. Given up as soon as it cannot be.
 */
function isFit<Fault>(rule: Rule<Fault>, { healthy, seed }: Trials<Fault>, alpha: number): boolean {
  const most = mostShownToBe(alpha, healthy);
  let [falseRollbacks, notPromoted] = [0, 0];
  for (let run = 0; run < healthy; run += 1) {
    const { word } = rule(seed + run, undefined);
    if (word === 'rollback') falseRollbacks += 1;
    if (word !== 'promote') notPromoted += 1;
    if (falseRollbacks > most || notPromoted > (1 - leastPromoted) * healthy) return false;
  }
  return true;
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
