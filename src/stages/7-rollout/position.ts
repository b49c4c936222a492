import type { JsonObject } from '../../domain/json.ts';
import type { Observation, RolloutPlan } from '../../domain/rollout.ts';
import type { RolloutCommand } from './commands.ts';

/** Where a rollout stands; journalled as the note `rollout.position` whenever it moves. */
export type Position = {
  /** Unguessable; a new one for each start, so that users are assigned afresh. */
  readonly nonce: string;
  readonly flag: string;
  /** False while exposure is closed until the rollout starts anew. */
  readonly open: boolean;
  readonly step: number;
  /** RFC 3339. */
  readonly stepSince: string;
  /** RFC 3339: when this start of the rollout began. */
  readonly since: string;
  /** The witness's epoch at its first observation of this nonce; null until then. */
  readonly epoch: string | null;
  /** How often the rollout has started. */
  readonly starts: number;
  /** A person paused it: watched, not raised. */
  readonly paused: boolean;
  /** A person lowered it: no step beyond this one. */
  readonly cap: number;
  /** A person advanced it: the bake of this step is over; its tests are not. */
  readonly skipBake: boolean;
  /** What the next look has to do before anything else: start anew, or finish a promotion. */
  readonly ordered: 'anew' | 'promote' | null;
};

export const positionNote = 'rollout.position';
const noCap = 1_000;

export function readPosition(note: JsonObject | undefined): Position | undefined {
  return note as unknown as Position | undefined;
}

/** A fresh start; a person's pause and cap outlive it. */
export function begun(
  before: Position | undefined,
  start: { nonce: string; flag: string; starts: number; now: Date },
): Position {
  const at = start.now.toISOString();
  return {
    nonce: start.nonce,
    flag: start.flag,
    open: true,
    step: 0,
    stepSince: at,
    since: at,
    epoch: null,
    starts: start.starts,
    paused: before?.paused ?? false,
    cap: before?.cap ?? noCap,
    skipBake: false,
    ordered: null,
  };
}

export function afterCommand(position: Position, command: RolloutCommand): Position {
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

/** The next step, whose time begins now. */
export function raised(
  position: Position,
  to: { readonly step: number; readonly now: Date; readonly observation: Observation | undefined },
): Position {
  const epoch = position.epoch ?? to.observation?.epoch ?? null;
  return { ...position, epoch, step: to.step, stepSince: to.now.toISOString(), skipBake: false };
}

/** Who keeps exposure from rising; undefined: nobody. */
export function holdOn(position: Position, mayRaise: boolean): string | undefined {
  if (position.paused) return 'a person paused it';
  if (position.cap <= position.step) return 'a person set a share that it may not exceed';
  return mayRaise ? undefined : 'changes may not land now';
}

/** While a person holds a step it has no time limit; an advanced step needs no bake. */
export function effectivePlan(plan: RolloutPlan, position: Position): RolloutPlan {
  const held = holdOn(position, true) !== undefined;
  const steps = plan.steps.map((step, index) =>
    index === position.step
      ? {
          ...step,
          limitSeconds: held ? Number.MAX_SAFE_INTEGER : step.limitSeconds,
          bakeSeconds: position.skipBake ? 0 : step.bakeSeconds,
        }
      : step,
  );
  return { ...plan, steps };
}

/** Looks are journalled densely at first and ever more sparsely: about every second, later every 60th of the time gone by. */
export function worthJournalling(position: Position, last: JsonObject | undefined, now: Date): boolean {
  if (typeof last?.at !== 'string') return true;
  const elapsed = now.getTime() - new Date(position.since).getTime();
  return now.getTime() - new Date(last.at).getTime() >= Math.max(1_000, elapsed / 60);
}
