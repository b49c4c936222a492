import type { Observation, RolloutPlan, StepTally } from '../../src/domain/rollout.ts';
import { stamp, users } from './setting.ts';

export type Arm = 'canary' | 'baseline';
type Counts = { canary: number; baseline: number };
export type Tally = {
  step: number;
  weight: number;
  first: Counts;
  /** By the weight at which they failed on baseline before. */
  later: Map<number, Counts>;
  units: Counts;
  failing: Counts;
  assigned: Counts;
  returned: Counts;
};
const none = (): Counts => ({ canary: 0, baseline: 0 });

/** Counts as the router does: see StepTally. */
export class Counter {
  readonly #plan: RolloutPlan;
  readonly tallies: Tally[] = [];
  readonly seconds: { at: string; users: number; failingUsers: number }[] = [];
  before: Observation['before'] = null;
  lastAnswer = 0;
  readonly #assignedIn = new Int8Array(users);
  readonly #answeredIn = new Int8Array(users);
  /** 0: unseen, 1: seen once, 2: came back. */
  readonly #visits = new Uint8Array(users);
  readonly #firstSeen: (readonly [Tally, Arm])[] = [];
  /** 1 + the last step in which the user failed on baseline; -1: on the canary. */
  readonly #failed = new Int8Array(users);
  readonly #inSecond = new Int32Array(users).fill(-1);
  readonly #failedInSecond = new Int32Array(users).fill(-1);

  constructor(plan: RolloutPlan) {
    this.#plan = plan;
  }

  begin(step: number): void {
    const weight = this.#plan.steps[step]?.weight ?? 0;
    const counts = {
      first: none(),
      later: new Map<number, Counts>(),
      units: none(),
      failing: none(),
      assigned: none(),
      returned: none(),
    };
    this.tallies.push({ step, weight, ...counts });
  }

  assign(user: number, arm: Arm, tally: Tally): void {
    if (this.#assignedIn[user] !== tally.step + 1) {
      this.#assignedIn[user] = tally.step + 1;
      tally.assigned[arm]++;
    }
    const visits = this.#visits[user] ?? 0;
    if (visits === 0) this.#firstSeen[user] = [tally, arm];
    if (visits === 1) {
      const [first, firstArm] = this.#firstSeen[user] ?? [tally, arm];
      first.returned[firstArm]++;
    }
    if (visits < 2) this.#visits[user] = visits + 1;
  }

  answer(user: number, arm: Arm, tally: Tally, failed: boolean): void {
    if (this.#answeredIn[user] !== tally.step + 1) {
      this.#answeredIn[user] = tally.step + 1;
      tally.units[arm]++;
      if (failed) tally.failing[arm]++;
    }
    if (failed) this.#fail(user, arm, tally);
  }

  #fail(user: number, arm: Arm, tally: Tally): void {
    const last = this.#failed[user] ?? 0;
    if (last < 0 || last > tally.step) return;
    const after = this.tallies[last - 1]?.weight;
    const coins = after === undefined ? tally.first : (tally.later.get(after) ?? none());
    if (after !== undefined) tally.later.set(after, coins);
    coins[arm]++;
    this.#failed[user] = arm === 'canary' ? -1 : tally.step + 1;
  }

  countSecond(user: number, time: number, failed: boolean): void {
    this.lastAnswer = time;
    const second = Math.floor(time);
    while (this.seconds.length <= second)
      this.seconds.push({ at: stamp(this.seconds.length), users: 0, failingUsers: 0 });
    const entry = this.seconds[second];
    if (entry === undefined) return;
    if (this.#inSecond[user] !== second) entry.users++;
    this.#inSecond[user] = second;
    if (failed && this.#failedInSecond[user] !== second) entry.failingUsers++;
    if (failed) this.#failedInSecond[user] = second;
  }

  /** What was counted until now is what was usual before the rollout. */
  beginRollout(): void {
    const sum = { users: 0, failingUsers: 0, seconds: this.seconds.length };
    for (const second of this.seconds) {
      sum.users += second.users;
      sum.failingUsers += second.failingUsers;
    }
    this.before = sum;
    this.seconds.length = 0;
    this.#inSecond.fill(-1);
    this.#failedInSecond.fill(-1);
  }

  observe(time: number): Observation {
    return {
      epoch: 'one',
      nonce: 'one',
      at: stamp(time),
      steps: this.tallies.map(stepTally),
      latencyBounds: [],
      usersExposed: 0,
      usersErrored: 0,
      lastRequestAt: stamp(this.lastAnswer),
      websocketsCut: 0,
      seconds: this.seconds,
      before: this.before,
    };
  }
}

function stepTally(tally: Tally): StepTally {
  const { step, weight, first, later, units, failing, assigned, returned } = tally;
  const firstErrors = { 'server-error': first, 'client-error': none() };
  const server = [...later].map(([after, counts]) => ({ after, ...counts }));
  const laterErrors = { 'server-error': server, 'client-error': [] };
  const counted = { units, failingUnits: failing, assigned, returned, latencies: [] };
  return { step, weight, firstErrors, laterErrors, ...counted };
}
