import type { JsonObject } from './json.ts';
import { type Observation, outcomeClasses } from './rollout.ts';
import type { Exposure } from './stage.ts';

/** A look at the canary: what was seen, and what was decided. */
export const lookNote = 'rollout.look';
/** How a rollout ends without a promotion. */
export const endingNote = 'rollout.ending';
/** What a rollout was expected to take, and at worst to cost, when it began. */
export const forecastNote = 'rollout.forecast';
/** A look at what everybody has. */
export const watchNote = 'rollout.watch';
/** A trial of what everybody had: when it begins, and when it finds the version not to blame. */
export const trialNote = 'rollout.trial';
/** Who was exposed in all, once the candidate serves nobody any more. */
export const exposureNote = 'rollout.exposure';

/**
 * Who met the candidate, who met an error there, and how many of those baseline's rate lets expect:
 * users of baseline with a first error over users of baseline, times the users exposed.
 */
export function exposureOf(observation: Observation | undefined): Exposure {
  if (observation === undefined) return { usersExposed: 0, usersErrored: 0, backgroundErrors: 0 };
  const { steps, usersExposed, usersErrored } = observation;
  const erring = steps.map(({ firstErrors }) =>
    sum(outcomeClasses.map((name) => firstErrors[name].baseline)),
  );
  const baseline = Math.max(0, ...steps.map(({ assigned }) => assigned.baseline));
  const expected = baseline === 0 ? 0 : (usersExposed * sum(erring)) / baseline;
  return { usersExposed, usersErrored, backgroundErrors: Math.min(usersErrored, Math.round(expected)) };
}

/** Of two starts of a rollout. A user who met both counts in both: never fewer than there were. */
export function exposureSum(one: Exposure, other: Exposure): Exposure {
  return {
    usersExposed: one.usersExposed + other.usersExposed,
    usersErrored: one.usersErrored + other.usersErrored,
    backgroundErrors: one.backgroundErrors + other.backgroundErrors,
  };
}

/** An exposure that was journalled; what is not there counts as nobody. */
export function readExposure(note: JsonObject | undefined): Exposure {
  const count = (key: keyof Exposure) => (typeof note?.[key] === 'number' ? note[key] : 0);
  return {
    usersExposed: count('usersExposed'),
    usersErrored: count('usersErrored'),
    backgroundErrors: count('backgroundErrors'),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
