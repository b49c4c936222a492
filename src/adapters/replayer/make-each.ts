import type { Behaviour } from '../../domain/behaviour.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { EachReplay } from '../../domain/replay.ts';
import type { IsSettled } from '../../ports/test-runner.ts';
import type { EachLimits } from '../recorder/inside/replay/each.ts';
import { callState } from '../recorder/inside/replay/each-state.ts';
import type { ReplayRun } from './replay-run.ts';

export type Made = {
  readonly kind: 'made';
  readonly seen: Behaviour;
  readonly states: readonly unknown[];
  readonly keys: readonly string[];
};
type NotMade = { readonly kind: 'install' | 'limit' | 'ended' };

export type EachJob = {
  readonly calls: readonly RecordedCall[];
  readonly seed: number;
  readonly limits: EachLimits;
};

/** Makes calls with one side's packages. */
export type MakeCalls = (job: EachJob) => Promise<Made | NotMade>;

export type EachSides = { readonly base: MakeCalls; readonly head: MakeCalls };

export type EachTimes = { readonly base: EachLimits; readonly head: EachLimits };

export const eachTimes: EachTimes = {
  base: { call: 1000, settle: 300, all: 20_000 },
  // So much that a busy machine is no difference.
  head: { call: 5000, settle: 2000, all: 60_000 },
};

export type EachAsked = {
  readonly calls: readonly RecordedCall[];
  readonly times: EachTimes;
  readonly isSettled: IsSettled;
};

const client = 'const { replayEach } = await import(process.env.AUTOLAND_REPLAY_MODULE); await replayEach();';

/**
 * Each call for itself: with the base's packages and with the head's, and where anything differs with the base's once more. What
 * the base does not finish is left out, and so is what it has no time for.
 */
export async function compareEach(sides: EachSides, asked: EachAsked): Promise<EachReplay> {
  const { calls, times } = asked;
  const first = await sides.base({ calls, seed: 1, limits: times.base });
  if (first.kind !== 'made') return { kind: first.kind, side: 'base' };
  const isMade = (at: number) => first.states[at] === callState.made && first.keys[at] !== '';
  const numbers = [...calls.keys()].filter(isMade);
  const left = numbers.flatMap((at) => calls[at] ?? []);
  const now = await sides.head({ calls: left, seed: 1, limits: times.head });
  if (now.kind !== 'made') return { kind: now.kind, side: 'head' };
  // Behind the head: what the time of day does to a call shows between the two runs of the base.
  const second = isSame(first, now, asked)
    ? now
    : await sides.base({ calls: left, seed: 2, limits: times.head });
  if (second.kind !== 'made') return { kind: second.kind, side: 'base' };
  // What is still open when the head's time is over was not compared.
  const isKept = (at: number) => second.states[at] === callState.made && now.states[at] !== callState.open;
  const kept = new Set(numbers.filter((_number, at) => isKept(at)));
  return {
    kind: 'replayed',
    base: [first.seen, second.seen],
    head: now.seen,
    keys: first.keys.map((key, at) => (kept.has(at) ? key : '')),
    unfinished: numbers.filter((at, index) => kept.has(at) && now.states[index] !== callState.made),
  };
}

function isSame(base: Made, head: Made, { isSettled }: EachAsked): boolean {
  return head.states.every((state) => state === callState.made) && isSettled(base.seen, head.seen);
}

/** Whether it says what the machine had no hand in: each call came to its end, or was found to have none. */
export function isWhole({ states }: Made): boolean {
  return !states.includes(callState.open);
}

export async function makeIn(
  tree: string,
  run: ReplayRun,
  { calls, seed, limits }: EachJob,
): Promise<Made | NotMade> {
  const ran = await run.run(tree, {
    calls,
    seed,
    client,
    // Its processes watch by themselves.
    env: ({ eachReplayer }) => ({
      AUTOLAND_REPLAY_MODULE: eachReplayer,
      AUTOLAND_REPLAY_LIMITS: JSON.stringify(limits),
    }),
  });
  if (ran.kind !== 'ran') return ran;
  const { states, keys } = ran.summary;
  if (!Array.isArray(states) || !Array.isArray(keys)) return { kind: 'ended' };
  if (states.length !== calls.length || keys.length !== calls.length) return { kind: 'ended' };
  if (!keys.every((key): key is string => typeof key === 'string')) return { kind: 'ended' };
  return { kind: 'made', seen: await ran.read(), states, keys };
}
