import { AutolandError } from '../domain/errors.ts';
import { noLaterErrors, type Observation, type StepTally, type Totals } from '../domain/rollout.ts';
import type { Clock } from '../ports/clock.ts';
import type { FlagStore } from '../ports/flags.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Witness } from '../ports/witness.ts';

type Lease = Parameters<Witness['lease']>[0];

/** Users that each step meets, and the share of them that fails. */
export type Crowd = { readonly users: number; readonly failing: { canary: number; baseline: number } };

export const healthyCrowd: Crowd = { users: 200_000, failing: { canary: 0.01, baseline: 0.01 } };

/** A router without requests: it gives leases as the real one does, and each leased step meets its crowd at once. */
export class MemoryWitness implements Witness {
  crowd = healthyCrowd;
  /** Of some 450 users in each second, so many fail. */
  failingEachSecond = 4;
  /** Told in each observation besides. */
  besides: Pick<Observation, 'gap' | 'requests'> = {};
  /** Every lease that was given. */
  readonly leases: Lease[] = [];
  readonly #clock: Clock;
  readonly #flags: FlagStore;
  readonly #runtime: Runtime;
  #epoch = 1;
  #tallies = new Map<string, StepTally[]>();

  constructor(clock: Clock, flags: FlagStore, runtime: Runtime) {
    this.#clock = clock;
    this.#flags = flags;
    this.#runtime = runtime;
  }

  /** The process ends, its memory with it, and another takes its place. */
  restart(): void {
    this.#epoch += 1;
    this.#tallies = new Map();
  }

  async lease(lease: Lease): Promise<void> {
    const flag = await this.#flags.read(lease.flag);
    if (flag?.killed === true) throw notAllowed('its flag was killed');
    if (flag?.version !== lease.version || flag.weight !== lease.weight)
      throw new AutolandError('flag.stale-version', `flag ${lease.flag} is not at the leased version`);
    const routes = await this.#runtime.routes();
    const candidate = routes.find(({ service }) => service === lease.service)?.candidate;
    if (candidate?.nonce !== lease.nonce) throw notAllowed('the route names another rollout');
    const tallies = this.#tallies.get(lease.nonce) ?? [];
    const last = tallies.at(-1);
    if (last !== undefined && (lease.step < last.step || lease.weight < last.weight))
      throw notAllowed('steps and weights never fall');
    if (last?.step !== lease.step) tallies.push(meet(this.crowd, lease));
    this.#tallies.set(lease.nonce, tallies);
    this.leases.push(lease);
  }

  async observe(nonce: string): Promise<Observation | undefined> {
    const steps = this.#tallies.get(nonce);
    if (steps === undefined) return undefined;
    const now = this.#clock.now();
    return {
      epoch: `epoch-${this.#epoch}`,
      nonce,
      at: now.toISOString(),
      steps,
      latencyBounds: [],
      usersExposed: steps.reduce((most, step) => Math.max(most, step.assigned.canary), 0),
      usersErrored: steps.reduce((sum, step) => sum + step.firstErrors['server-error'].canary, 0),
      lastRequestAt: now.toISOString(),
      websocketsCut: 0,
      seconds: lastSeconds(now, this.failingEachSecond),
      before: { users: 27_000, failingUsers: 270, seconds: 60 },
      ...this.besides,
    };
  }

  async totals(): Promise<Totals> {
    const at = this.#clock.now();
    const seconds = lastSeconds(at, this.failingEachSecond);
    return {
      at: at.toISOString(),
      from: seconds[0]?.at ?? at.toISOString(),
      users: seconds.map(({ users }) => users),
      failingUsers: seconds.map(({ failingUsers }) => failingUsers),
    };
  }
}

function meet({ users, failing }: Crowd, { step, weight }: Lease): StepTally {
  const canary = Math.round(users * weight);
  const both = { canary, baseline: users - canary };
  const failed = {
    canary: Math.round(both.canary * failing.canary),
    baseline: Math.round(both.baseline * failing.baseline),
  };
  return {
    step,
    weight,
    laterErrors: noLaterErrors,
    firstErrors: { 'server-error': failed, 'client-error': { canary: 0, baseline: 0 } },
    units: both,
    failingUnits: failed,
    assigned: both,
    returned: both,
    latencies: [],
  };
}

function lastSeconds(now: Date, failingUsers: number): Observation['seconds'] {
  return Array.from({ length: 20 }, (_, at) => ({
    at: new Date(now.getTime() - (20 - at) * 1000).toISOString(),
    users: 450,
    failingUsers,
  }));
}

function notAllowed(why: string): AutolandError {
  return new AutolandError('rollout.not-allowed', why);
}
