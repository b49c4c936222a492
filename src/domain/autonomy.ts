import { type AutonomyLevel, autonomyLevels, type ChangeClass, type ChangeId } from './change.ts';

/** That a change of a class failed in production: until a person restores the class, none of it lands alone. */
export type Demotion = {
  readonly class: ChangeClass;
  readonly change: ChangeId;
  /** How far that change went alone. */
  readonly from: AutonomyLevel;
  /** How far changes of its class may go from then on. */
  readonly to: AutonomyLevel;
  /** How it was taken back, such as `rollout.server-errors`. */
  readonly code: string;
  /** RFC 3339. */
  readonly at: string;
};

export type Lowered = Pick<Demotion, 'class' | 'from' | 'to'>;

/** Agents go on proposing, a person lands. */
export const demotedTo = 'propose' satisfies AutonomyLevel;

/** No record of such changes counts yet, so none can have earned more, whatever level stands in the configuration. */
const unearned: ReadonlySet<ChangeClass> = new Set(['crash-fix']);

/** How far changes of a class may go at most, before anything has failed. */
export function mostOf(changeClass: ChangeClass): AutonomyLevel {
  return unearned.has(changeClass) ? 'propose' : 'deploy';
}

export function isBelow(one: AutonomyLevel, other: AutonomyLevel): boolean {
  return autonomyLevels.indexOf(one) < autonomyLevels.indexOf(other);
}

export function lowerOf(one: AutonomyLevel, other: AutonomyLevel): AutonomyLevel {
  return isBelow(one, other) ? one : other;
}
