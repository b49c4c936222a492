import type { JsonObject } from '../../domain/json.ts';
import type { Observation, RolloutPlan } from '../../domain/rollout.ts';
import type { Exposure } from '../../domain/stage.ts';
import type { RolloutCommand } from './commands.ts';

/** Where a rollout stands; journalled as the note `rollout.position` whenever it moves. */
export type Position = {
  /** Unguessable; a new one for each start, so that users are assigned afresh. */
  readonly nonce: string;
  readonly flag: string;
  /** As configured when this start began: a branch that changes it meanwhile changes the next start. */
  readonly plan: RolloutPlan;
  /** False while exposure is closed until the rollout starts anew. */
  readonly open: boolean;
  readonly step: number;
  /** RFC 3339. The time that a person held the step does not count: it moves this on. */
  readonly stepSince: string;
  /** RFC 3339: when this start of the rollout began. */
  readonly since: string;
  /** The witness's epoch at its first observation of this nonce; null until then. */
  readonly epoch: string | null;
  /** What failed before the first start, as first observed: a later start must not take harm of ours for what is usual. */
  readonly before: Observation['before'];
  /** Who was exposed in earlier starts. */
  readonly earlier: Exposure;
  /** How often the rollout has started. */
  readonly starts: number;
  /** A person paused it: watched, not raised. */
  readonly paused: boolean;
  /** A person lowered it: no step beyond this one. */
  readonly cap: number;
  /** RFC 3339: since when a person holds this step; null: nobody does. */
  readonly heldSince: string | null;
  /** A person advanced it: the bake of this step is over; its tests are not. */
  readonly skipBake: boolean;
  /** What the next look has to do before anything else: start anew, or finish a promotion. */
  readonly ordered: 'anew' | 'promote' | null;
  /** RFC 3339: since when everybody has the candidate, and it is watched; null or, from before an upgrade, absent: not yet. */
  readonly watchedSince?: string | null;
  /**
   * The flag in the code that is rolled out, in the version that everybody has by now; null or, from before an upgrade, absent: the
   * version itself is.
   */
  readonly code?: string | null;
  /** Opened by an alarm of the watch; null or absent: none is under way. */
  readonly trial?: Trial | null;
  /** The trials of this watch that found it not to blame; null or absent: none has. */
  readonly cleared?: Cleared | null;
};

/** What everybody had, beside the version before: a rollout of one step, with a flag and users of its own. */
export type Trial = Position & {
  readonly alarm: Alarm;
  /** Of this watch: from 1. */
  readonly number: number;
  /** Harm was there while the two were compared. */
  readonly harmMet: boolean;
  /** Why everybody is given the new version again; null: that is not decided. */
  readonly verdict: string | null;
};

export type Alarm = {
  /** A sentence without its end. */
  readonly reason: string;
  /** Of all users in its seconds, those who failed. */
  readonly share: number;
};

export type Cleared = {
  /** Of those that a watch may open, so many are used up. */
  readonly trials: number;
  /** RFC 3339: what users met before is the last trial's matter, and no more the watch's. */
  readonly at: string;
  /** While a trial lasts, the time of the watch stands still: so long in all. */
  readonly seconds: number;
};

/** What users are split by now, a trial or the rollout itself; then, in a trial, the flag in the code that everybody had. */
export function splitsOf(position: Position): readonly Position[] {
  const { trial, code } = position;
  if (trial == null) return [position];
  return code == null ? [trial] : [trial, position];
}

export const positionNote = 'rollout.position';
const noCap = 1_000;

export function readPosition(note: JsonObject | undefined): Position | undefined {
  return note as unknown as Position | undefined;
}

type Start = {
  readonly nonce: string;
  readonly flag: string;
  readonly plan: RolloutPlan;
  /** Of the starts before. */
  readonly earlier: Exposure;
  readonly now: Date;
};

/** A fresh start; a person's pause and cap outlive it. */
export function begun(before: Position | undefined, { now, ...start }: Start): Position {
  const at = now.toISOString();
  const position: Position = {
    ...start,
    open: true,
    step: 0,
    stepSince: at,
    since: at,
    epoch: null,
    before: before?.before ?? null,
    starts: (before?.starts ?? 0) + 1,
    paused: before?.paused ?? false,
    cap: before?.cap ?? noCap,
    heldSince: null,
    skipBake: false,
    ordered: null,
    watchedSince: null,
    code: before?.code ?? null,
  };
  return timed(position, now);
}

/** Everybody has the version; what its flag guards is a rollout of its own, with an alpha and a beta of its own. */
export function turnedToCode(position: Position, code: string): Position {
  return { ...position, code, open: false, step: 0, starts: 0, ordered: null, watchedSince: null };
}

export function afterCommand(position: Position, command: RolloutCommand, now: Date): Position {
  return timed(obeyed(position, command), now);
}

function obeyed(position: Position, command: RolloutCommand): Position {
  switch (command.kind) {
    case 'pause':
      return { ...position, paused: true };
    case 'resume':
      return { ...position, paused: false, cap: noCap };
    case 'advance':
      return { ...position, paused: false, skipBake: true };
    case 'set':
      // Exposure that falls assigns users anew: the tests hold only while the weight never falls.
      if (command.step < position.step) return { ...position, cap: command.step, ordered: 'anew' };
      return { ...position, cap: command.step };
  }
}

/** Starts and stops the clock of a step with the hand that holds it. */
function timed(position: Position, now: Date): Position {
  const isHeld = holdOn(position, true) !== undefined;
  const { heldSince, stepSince } = position;
  if (isHeld) return { ...position, heldSince: heldSince ?? now.toISOString() };
  if (heldSince === null) return position;
  const moved = Date.parse(stepSince) + now.getTime() - Date.parse(heldSince);
  return { ...position, heldSince: null, stepSince: new Date(moved).toISOString() };
}

/** What the first observation of this start tells. */
export function observed(position: Position, { epoch, before }: Observation): Position {
  return { ...position, epoch, before: position.before ?? before };
}

/** The next step, whose time begins now. */
export function raised(
  position: Position,
  to: { readonly step: number; readonly now: Date; readonly observation: Observation | undefined },
): Position {
  const { step, now, observation } = to;
  const seen =
    position.epoch === null && observation !== undefined ? observed(position, observation) : position;
  return timed({ ...seen, step, stepSince: now.toISOString(), heldSince: null, skipBake: false }, now);
}

/** A raise that was journalled and not carried out, when somebody has come to hold it: back to the step that users have. */
export function notRaised(position: Position, now: Date): Position {
  const step = position.step - 1;
  return timed({ ...position, step, stepSince: now.toISOString(), heldSince: null }, now);
}

/** Who keeps exposure from rising; undefined: nobody. */
export function holdOn(
  position: Pick<Position, 'paused' | 'cap' | 'step'>,
  mayRaise: boolean,
): string | undefined {
  if (position.paused) return 'a person paused it';
  if (position.cap <= position.step) return 'a person set a share that it may not exceed';
  return mayRaise ? undefined : 'changes may not land now';
}

/** 0 beyond the last step. */
export function weightAt({ plan, step }: Pick<Position, 'plan' | 'step'>): number {
  return plan.steps[step]?.weight ?? 0;
}

/** Looks are journalled densely at first and ever more sparsely: about every second, later every 60th of the time gone by. */
export function worthJournalling(position: Position, last: JsonObject | undefined, now: Date): boolean {
  if (typeof last?.at !== 'string') return true;
  const elapsed = now.getTime() - new Date(position.since).getTime();
  return now.getTime() - new Date(last.at).getTime() >= Math.max(1_000, elapsed / 60);
}
