import { defaultWaitTerms } from '../../../domain/latency.ts';
import type { Calibration } from '../../../domain/rollout.ts';
import { noLaterErrors, type Observation, type PerArm, type StepTally } from '../../../domain/rollout.ts';
import type { RequestWindowRecord } from '../../../domain/rollout-record.ts';
import { type EqualArms, overDispersion } from '../../../stats/over-dispersion.ts';
import type { Counted } from './counters.ts';

type Arm = { requests: number; failed: number; latency: readonly number[] };
type Window = { readonly t: number; readonly step: number; readonly canary: Arm; readonly baseline: Arm };
type Step = { readonly step: number; readonly weight: number };

/** Each look goes through all of them: the time of all looks grows with the square. */
export const mostRequestWindows = 400;
/** As many as the router keeps seconds. */
const keptForHarm = 120;

/**
 * Adds up requests of nobody in particular. What a window compares is how many failed of those that each arm was asked in it, so its coin
 * has the share that the canary really had: a weight that a person names, or users who ask often, do not bend it.
 */
export class RequestWindowCounter {
  readonly #windows: Window[] = [];
  readonly #steps: Step[] = [];
  readonly #warmUpSeconds: number;
  #before: Observation['before'] = null;
  #last: number | undefined;
  #warmAt = Number.POSITIVE_INFINITY;
  #bounds: readonly number[] | undefined;

  constructor({ warmUpSeconds } = defaultWaitTerms) {
    this.#warmUpSeconds = warmUpSeconds;
  }

  beginStep(step: number, weight: number, t: number): void {
    if (step === 0) {
      this.#before = levelOf(this.#windows);
      this.#warmAt = t + this.#warmUpSeconds;
    }
    this.#steps.push({ step, weight });
  }

  /** Throws RangeError for one window too many, and for bounds that are not those of the windows before. */
  add({ t, arm, requests, failed, latency }: RequestWindowRecord): void {
    if (latency !== undefined) this.#mustFit(latency.bounds);
    const window = this.#windowAt(t);
    window[arm].requests += requests;
    window[arm].failed += failed;
    // A window that ends then began before.
    if (t > this.#warmAt && latency !== undefined)
      window[arm].latency = latency.counts.map((count, j) => count + (window[arm].latency[j] ?? 0));
    if (requests > 0) this.#last = t;
  }

  counted(): Counted {
    const ofRollout = this.#windows.filter(({ step }) => step >= 0);
    return {
      steps: this.#steps.flatMap((step) => this.#tallies(step)),
      latencyBounds: this.#bounds ?? [],
      usersExposed: sum(ofRollout, ({ canary }) => canary.requests),
      usersErrored: sum(ofRollout, ({ canary }) => canary.failed),
      seconds: this.#windows.slice(-keptForHarm).map(({ t, canary, baseline }) => ({
        at: stamp(t),
        users: canary.requests + baseline.requests,
        failingUsers: canary.failed + baseline.failed,
      })),
      before: this.#before,
      lastRequestAt: this.#last === undefined ? null : stamp(this.#last),
    };
  }

  /** By the windows before the first step, when the arms were equal. */
  calibration(): Calibration | undefined {
    const before = this.#windows.filter(({ step }) => step < 0);
    const failures = before.flatMap((window) => splitOf(window, 'failed'));
    const dispersion = overDispersion(failures);
    if (dispersion === undefined) return undefined;
    const slow = overDispersion(before.flatMap((window) => splitOf(window, 'slow'))) ?? 1;
    return { dispersion: Math.max(dispersion, slow), windows: failures.length };
  }

  #windowAt(t: number): Window {
    const last = this.#windows.at(-1);
    if (last?.t === t) return last;
    if (this.#windows.length >= mostRequestWindows)
      throw new RangeError(`there are more than ${mostRequestWindows} windows of requests`);
    const none = () => ({ requests: 0, failed: 0, latency: [] });
    const window = { t, step: this.#steps.length - 1, canary: none(), baseline: none() };
    this.#windows.push(window);
    return window;
  }

  #mustFit(bounds: readonly number[]): void {
    this.#bounds ??= bounds;
    if (String(this.#bounds) !== String(bounds))
      throw new RangeError('its latency has other bounds than in the windows before');
  }

  /** The whole step, for what is asked of a step; then the coins, one for each window. */
  #tallies({ step, weight }: Step): readonly StepTally[] {
    const windows = this.#windows.filter((window) => window.step === step);
    const units = perArm(windows, 'requests');
    const whole = {
      ...empty(step, shareOf(units) ?? weight),
      units,
      failingUnits: perArm(windows, 'failed'),
    };
    return [whole, ...windows.flatMap((window) => this.#coin(window))];
  }

  /** Where one arm was asked nothing, there is nothing to compare. */
  #coin({ step, canary, baseline }: Window): readonly StepTally[] {
    const share = shareOf({ canary: canary.requests, baseline: baseline.requests });
    if (share === undefined) return [];
    const failed = { canary: canary.failed, baseline: baseline.failed };
    const whole = (counts: readonly number[]) =>
      Array.from({ length: (this.#bounds?.length ?? 0) + 1 }, (_, j) => counts[j] ?? 0);
    const waited = canary.latency.length > 0 && baseline.latency.length > 0;
    const latencies = { after: 0, canary: whole(canary.latency), baseline: whole(baseline.latency) };
    return [
      {
        ...empty(step, share),
        firstErrors: { 'server-error': failed, 'client-error': zero },
        latencies: waited ? [latencies] : [],
      },
    ];
  }
}

const zero: PerArm = { canary: 0, baseline: 0 };

/** Nobody was assigned, and nobody came back: requests say nothing of either. */
function empty(step: number, weight: number): StepTally {
  return {
    step,
    weight,
    firstErrors: { 'server-error': zero, 'client-error': zero },
    laterErrors: noLaterErrors,
    units: zero,
    failingUnits: zero,
    assigned: zero,
    returned: zero,
    latencies: [],
  };
}

/** Of the requests of a window, those that failed, or waited for longer than half of the buckets; none where one arm was asked nothing. */
function splitOf({ canary, baseline }: Window, of: 'failed' | 'slow'): readonly EqualArms[] {
  const share = shareOf({ canary: canary.requests, baseline: baseline.requests });
  const count = (arm: Arm) =>
    of === 'failed'
      ? arm.failed
      : arm.latency.slice(Math.ceil(arm.latency.length / 2)).reduce((total, each) => total + each, 0);
  return share === undefined ? [] : [{ share, canary: count(canary), baseline: count(baseline) }];
}

/** undefined: one arm had none. */
function shareOf({ canary, baseline }: PerArm): number | undefined {
  return canary > 0 && baseline > 0 ? canary / (canary + baseline) : undefined;
}

function perArm(windows: readonly Window[], of: 'requests' | 'failed'): PerArm {
  return {
    canary: sum(windows, ({ canary }) => canary[of]),
    baseline: sum(windows, ({ baseline }) => baseline[of]),
  };
}

function levelOf(windows: readonly Window[]): Observation['before'] {
  const all = (of: 'requests' | 'failed') => perArm(windows, of).canary + perArm(windows, of).baseline;
  const users = all('requests');
  return users === 0 ? null : { users, failingUsers: all('failed'), seconds: windows.length };
}

function sum(windows: readonly Window[], of: (window: Window) => number): number {
  return windows.reduce((total, window) => total + of(window), 0);
}

function stamp(t: number): string {
  return new Date(t * 1000).toISOString();
}
