import { Seconds } from '../../../domain/busy-seconds.ts';
import { defaultWaitTerms, type WaitTerms } from '../../../domain/latency.ts';
import type { Metric } from '../../../domain/metric.ts';
import { RecentWaits } from '../../../domain/recent-waits.ts';
import {
  type BucketCoins,
  noLaterErrors,
  type Observation,
  type PerArm,
  type StepTally,
} from '../../../domain/rollout.ts';
import type { RequestRecord, WindowRecord } from '../../../domain/rollout-record.ts';
import { isFailure, RolloutTally } from '../../../domain/rollout-tally.ts';
import { WindowMetrics } from './window-metrics.ts';

export type Counted = Pick<
  Observation,
  | 'steps'
  | 'latencyBounds'
  | 'tolerated'
  | 'usualWaits'
  | 'usersExposed'
  | 'usersErrored'
  | 'seconds'
  | 'before'
  | 'lastRequestAt'
>;

const mostUsers = 10_000_000;

/** As the router counts. */
export class RequestCounter {
  readonly #tally: RolloutTally;
  readonly #warmUpSeconds: number;
  readonly #seconds = new Seconds();
  readonly #waits = new RecentWaits();
  #usualWaits: readonly number[] | undefined;
  #before: Observation['before'] = null;
  #last: number | undefined;
  #warmAt = Number.POSITIVE_INFINITY;

  constructor(metrics: readonly Metric[] = [], { tolerate, warmUpSeconds }: WaitTerms = defaultWaitTerms) {
    this.#tally = new RolloutTally(mostUsers, metrics, tolerate);
    this.#warmUpSeconds = warmUpSeconds;
  }

  beginStep(step: number, weight: number, t: number): void {
    if (step === 0) {
      this.#before = this.#seconds.level(t * 1000);
      this.#usualWaits = this.#waits.counts(t * 1000);
      this.#warmAt = t + this.#warmUpSeconds;
    }
    this.#tally.beginStep(step, weight);
  }

  add({ t, arm, user, outcome, seconds, reports }: RequestRecord): void {
    this.#seconds.answered(user, isFailure(outcome), t * 1000);
    this.#last = t;
    if (seconds !== undefined && outcome !== 'client-gone') this.#waits.waited(seconds, t * 1000);
    const ticket = this.#tally.evaluated(user, arm);
    if (ticket !== undefined) {
      this.#tally.answered(ticket, outcome, t < this.#warmAt ? undefined : seconds);
      this.#tally.reported(ticket, reports ?? []);
    }
    if (this.#tally.full) throw new RangeError(`more than ${mostUsers} users cannot be told apart`);
  }

  counted(t: number): Counted {
    return {
      ...this.#tally.counts(),
      ...(this.#usualWaits && { usualWaits: this.#usualWaits }),
      seconds: this.#seconds.recent(t * 1000),
      before: this.#before,
      lastRequestAt: stamp(this.#last),
    };
  }
}

type Counts = { -readonly [K in keyof PerArm]: PerArm[K] };
type Step = {
  readonly step: number;
  readonly weight: number;
  readonly units: Counts;
  readonly failing: Counts;
  readonly latency: { readonly canary: number[]; readonly baseline: number[] };
};
type Window = { readonly t: number; users: number; failingUsers: number };

/** As many as the router keeps seconds. */
const keptWindows = 120;

/**
 * Adds up users that somebody else has counted. Who came back, who waits for an answer and who failed in an earlier step is
 * not in them: nothing tells of users who stay away, and each error counts as a user's first.
 */
export class WindowCounter {
  readonly #steps: Step[] = [];
  readonly #windows: Window[] = [];
  #before: Observation['before'] = null;
  #last: number | undefined;
  #warmAt = Number.POSITIVE_INFINITY;
  readonly #metrics: WindowMetrics;
  readonly #warmUpSeconds: number;
  /** Of windows before the first step. */
  readonly #usual: number[] = [];
  #bounds: readonly number[] | undefined;

  constructor(metrics: readonly Metric[] = [], { warmUpSeconds } = defaultWaitTerms) {
    this.#metrics = new WindowMetrics(metrics);
    this.#warmUpSeconds = warmUpSeconds;
  }

  beginStep(step: number, weight: number, t: number): void {
    if (step === 0) {
      this.#before = levelOf(this.#windows);
      this.#warmAt = t + this.#warmUpSeconds;
    }
    this.#metrics.beginStep();
    this.#steps.push({ step, weight, units: zero(), failing: zero(), latency: { canary: [], baseline: [] } });
  }

  /** Throws RangeError where bounds are not those of the windows before, and for metrics that cannot be. */
  add(record: WindowRecord): void {
    const { t, arm, users, failed, latency } = record;
    this.#metrics.add(record);
    if (latency !== undefined) this.#mustFit(latency.bounds);
    let window = this.#windows.at(-1);
    if (window?.t !== t) {
      window = { t, users: 0, failingUsers: 0 };
      this.#windows.push(window);
      if (this.#windows.length > keptWindows) this.#windows.shift();
    }
    window.users += users;
    window.failingUsers += failed;
    if (users > 0) this.#last = t;
    const step = this.#steps.at(-1);
    if (step === undefined) {
      addTo(this.#usual, latency?.counts ?? []);
      return;
    }
    step.units[arm] += users;
    step.failing[arm] += failed;
    // A window that ends then began before.
    if (t > this.#warmAt) addTo(step.latency[arm], latency?.counts ?? []);
  }

  #mustFit(bounds: readonly number[]): void {
    this.#bounds ??= bounds;
    if (String(this.#bounds) !== String(bounds))
      throw new RangeError('its latency has other bounds than in the windows before');
  }

  counted(): Counted {
    const sum = (of: (step: Step) => number) => this.#steps.reduce((total, step) => total + of(step), 0);
    return {
      steps: this.#steps.map((step, place) => {
        const metrics = this.#metrics.tallies(place);
        return { ...tallyOf(step, this.#bounds ?? []), ...(metrics && { metrics }) };
      }),
      latencyBounds: this.#bounds ?? [],
      ...(this.#usual.length === 0 ? {} : { usualWaits: this.#usual }),
      usersExposed: sum(({ units }) => units.canary),
      usersErrored: sum(({ failing }) => failing.canary),
      seconds: this.#windows.map(({ t, ...counts }) => ({ at: stamp(t), ...counts })),
      before: this.#before,
      lastRequestAt: stamp(this.#last),
    };
  }
}

function tallyOf({ step, weight, units, failing, latency }: Step, bounds: readonly number[]): StepTally {
  return {
    step,
    weight,
    firstErrors: { 'server-error': { ...failing }, 'client-error': zero() },
    laterErrors: noLaterErrors,
    units: { ...units },
    failingUnits: { ...failing },
    assigned: { ...units },
    returned: zero(),
    latencies: latenciesOf(latency, bounds),
  };
}

/** Nobody tells which of these users were seen before. */
function latenciesOf(
  { canary, baseline }: Step['latency'],
  bounds: readonly number[],
): readonly BucketCoins[] {
  if (bounds.length === 0) return [];
  const whole = (counts: readonly number[]) =>
    Array.from({ length: bounds.length + 1 }, (_, j) => counts[j] ?? 0);
  return [{ after: 0, canary: whole(canary), baseline: whole(baseline) }];
}

function addTo(sums: number[], counts: readonly number[]): void {
  for (const [j, count] of counts.entries()) sums[j] = (sums[j] ?? 0) + count;
}

function levelOf(windows: readonly Window[]): Observation['before'] {
  const users = windows.reduce((sum, window) => sum + window.users, 0);
  const failingUsers = windows.reduce((sum, window) => sum + window.failingUsers, 0);
  return users === 0 ? null : { users, failingUsers, seconds: windows.length };
}

function zero(): Counts {
  return { canary: 0, baseline: 0 };
}

function stamp(t: number): string;
function stamp(t: number | undefined): string | null;
function stamp(t: number | undefined): string | null {
  return t === undefined ? null : new Date(t * 1000).toISOString();
}
