import { latencyBounds, latencyBucket } from './latency.ts';
import type { Metric, Report } from './metric.ts';
import { MetricCounter } from './metric-tally.ts';
import {
  type LaterErrors,
  type Observation,
  type OutcomeClass,
  outcomeClasses,
  type PerArm,
  type StepTally,
} from './rollout.ts';

export type Arm = keyof PerArm;
/** `client-gone`: the client left before the end of its answer, or of its own request; it is no unit and no failure. */
export type Outcome = 'ok' | 'client-gone' | OutcomeClass;

/** One evaluated request: its arm and step are fixed here, and counted when it is answered. */
export type Ticket = {
  readonly user: string;
  readonly arm: Arm;
  /** Place of the step in the tally. */
  readonly index: number;
  /** The user's first request of the step. */
  readonly first: boolean;
  /** The weight at which the user was seen on baseline before, 0 if never; undefined: the user's arm was known before. */
  readonly after: number | undefined;
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Counts = Mutable<PerArm>;
type StepCounts = {
  readonly step: number;
  readonly weight: number;
  readonly firstErrors: Record<OutcomeClass, Counts>;
  readonly laterErrors: Record<OutcomeClass, Mutable<LaterErrors>[]>;
  readonly units: Counts;
  readonly failingUnits: Counts;
  readonly assigned: Counts;
  readonly returned: Counts;
  readonly latencies: { readonly after: number; readonly canary: number[]; readonly baseline: number[] }[];
};

/* What is remembered of a user: one integer of 32 bits. From bit 20: 1 + place of the last step that saw the user. */
const EXPOSED = 1;
const ERRORED = 2;
/** Where it stands when the user's last error of the class was: in six bits, 1 + place of the step; 0: none yet. */
const ERROR_SHIFT: Record<OutcomeClass, number> = { 'server-error': 8, 'client-error': 14 };
const ERROR_BITS = 63;
/** It was on the canary, or in a step too late to be named: the user's arm shows nothing any more. */
const SHOWN = ERROR_BITS;
/** About the user's first request of that step. */
const STEP_CANARY = 16;
const STEP_ENDED = 32;
const STEP_RETURNED = 64;
/** It was the user's first request of the rollout too. */
const STEP_NEW = 128;
const STEP_BITS = STEP_CANARY | STEP_ENDED | STEP_RETURNED | STEP_NEW;
const STEP_SHIFT = 20;
const OF_ROLLOUT = (1 << STEP_SHIFT) - 1 - STEP_BITS;

/** What users met in one rollout. Pure bookkeeping: no clock, no I/O. Units are users, never requests. */
export class RolloutTally {
  readonly #users = new Map<string, number>();
  readonly #steps: StepCounts[] = [];
  readonly #maxUsers: number;
  readonly #metrics: readonly MetricCounter[];
  readonly #tolerated: number;
  #exposed = 0;
  #errored = 0;
  #full = false;

  /** `tolerated`: what the canary's waits are divided by. */
  constructor(maxUsers: number, metrics: readonly Metric[] = [], tolerated = 1) {
    if (!(tolerated >= 1 && Number.isFinite(tolerated)))
      throw new RangeError(`expected a factor from 1, found ${tolerated}`);
    this.#maxUsers = maxUsers;
    this.#tolerated = tolerated;
    this.#metrics = metrics.map((metric) => new MetricCounter(metric));
  }

  /** True once a user could not be remembered: from then on the counts are worth nothing. */
  get full(): boolean {
    return this.#full;
  }

  get current(): { readonly step: number; readonly weight: number } | undefined {
    return this.#steps.at(-1);
  }

  /** Steps only ever follow each other: the caller has checked that the weight does not fall. */
  beginStep(step: number, weight: number): void {
    if (this.current?.step === step) return;
    for (const metric of this.#metrics) metric.beginStep(weight);
    this.#steps.push({
      step,
      weight,
      firstErrors: { 'server-error': zero(), 'client-error': zero() },
      laterErrors: { 'server-error': [], 'client-error': [] },
      units: zero(),
      failingUnits: zero(),
      assigned: zero(),
      returned: zero(),
      latencies: [],
    });
  }

  /** undefined: no step has begun, or there is no memory left for one more user. */
  evaluated(user: string, arm: Arm): Ticket | undefined {
    const index = this.#steps.length - 1;
    const step = this.#steps[index];
    if (step === undefined || !this.#remembers(user)) return undefined;
    let bits = this.#users.get(user) ?? 0;
    if (arm === 'canary' && (bits & EXPOSED) === 0) {
      bits |= EXPOSED;
      this.#exposed += 1;
    }
    const first = bits >> STEP_SHIFT !== index + 1;
    const after = first ? this.#seenAt(bits, step) : undefined;
    if (first) {
      const isNew = bits >> STEP_SHIFT === 0 ? STEP_NEW : 0;
      bits = (bits & OF_ROLLOUT) | ((index + 1) << STEP_SHIFT) | (arm === 'canary' ? STEP_CANARY : 0) | isNew;
      step.assigned[arm] += 1;
    } else if ((bits & (STEP_ENDED | STEP_RETURNED | STEP_NEW)) === (STEP_ENDED | STEP_NEW)) {
      // One coin for each user in the whole rollout: who was counted, or could have been, in an earlier step is none now.
      // Only what follows the first answer is coming back: a page's parallel requests are not.
      bits |= STEP_RETURNED;
      step.returned[bits & STEP_CANARY ? 'canary' : 'baseline'] += 1;
    }
    this.#users.set(user, bits);
    return { user, arm, index, first, after };
  }

  /** `seconds`: to the first byte, or as long as was waited in vain; undefined: they say nothing. */
  answered(ticket: Ticket, outcome: Outcome, seconds?: number): void {
    const step = this.#steps[ticket.index];
    const before = this.#users.get(ticket.user);
    if (step === undefined || before === undefined) return;
    let bits = before;
    if (ticket.first) {
      if (bits >> STEP_SHIFT === ticket.index + 1) bits |= STEP_ENDED;
      if (outcome !== 'client-gone') {
        step.units[ticket.arm] += 1;
        if (seconds !== undefined) waited(step, ticket, this.#comparable(ticket.arm, seconds));
      }
      if (isFailure(outcome)) step.failingUnits[ticket.arm] += 1;
    }
    if (isFailure(outcome)) bits = this.#failed(bits, step, ticket, outcome);
    this.#users.set(ticket.user, bits);
  }

  /** What the answer to an evaluated request said of the user. */
  reported({ user, arm, index }: Ticket, reports: readonly Report[]): void {
    for (const report of reports)
      for (const metric of this.#metrics) metric.reported(report, { user, arm, place: index });
  }

  counts(): Pick<Observation, 'steps' | 'latencyBounds' | 'tolerated' | 'usersExposed' | 'usersErrored'> {
    const counted: StepTally[] = structuredClone(this.#steps);
    const metricsOf = (place: number) => this.#metrics.map((metric) => metric.tally(place));
    const steps =
      this.#metrics.length === 0
        ? counted
        : counted.map((step, place) => ({ ...step, metrics: metricsOf(place) }));
    const tolerated = this.#tolerated === 1 ? {} : { tolerated: this.#tolerated };
    return { steps, latencyBounds, ...tolerated, usersExposed: this.#exposed, usersErrored: this.#errored };
  }

  #comparable(arm: Arm, seconds: number): number {
    return arm === 'canary' ? seconds / this.#tolerated : seconds;
  }

  #seenAt(bits: number, { weight }: StepCounts): number | undefined {
    const place = bits >> STEP_SHIFT;
    if (place === 0) return 0;
    const after = this.#steps[place - 1]?.weight;
    const isShown = (bits & STEP_CANARY) !== 0 || after === undefined || after >= weight;
    return isShown ? undefined : after;
  }

  #failed(before: number, step: StepCounts, { arm, index }: Ticket, outcome: OutcomeClass): number {
    let bits = before;
    const shift = ERROR_SHIFT[outcome];
    const last = (bits >> shift) & ERROR_BITS;
    const coins = last === 0 ? step.firstErrors[outcome] : this.#laterCoins(step, outcome, last - 1);
    if (last <= index && coins !== undefined) {
      coins[arm] += 1;
      const shown = arm === 'canary' ? SHOWN : Math.min(index + 1, SHOWN);
      bits = (bits & ~(ERROR_BITS << shift)) | (shown << shift);
    }
    if (arm === 'canary' && (bits & ERRORED) === 0) {
      bits |= ERRORED;
      this.#errored += 1;
    }
    return bits;
  }

  /** undefined: the weight has not risen since, so that the user's arm cannot be another. */
  #laterCoins(step: StepCounts, outcome: OutcomeClass, place: number): Counts | undefined {
    const after = this.#steps[place]?.weight;
    if (after === undefined || after >= step.weight) return undefined;
    const all = step.laterErrors[outcome];
    const known = all.find((coins) => coins.after === after);
    if (known !== undefined) return known;
    const made = { after, ...zero() };
    all.push(made);
    all.sort((one, other) => one.after - other.after);
    return made;
  }

  #remembers(user: string): boolean {
    if (this.#users.size < this.#maxUsers || this.#users.has(user)) return true;
    this.#full = true;
    return false;
  }
}

function waited({ latencies }: StepCounts, { after, arm }: Ticket, seconds: number): void {
  if (after === undefined) return;
  let own = latencies.find((each) => each.after === after);
  if (own === undefined) {
    const none = () => Array<number>(latencyBounds.length + 1).fill(0);
    own = { after, canary: none(), baseline: none() };
    latencies.push(own);
    latencies.sort((one, other) => one.after - other.after);
  }
  const bucket = latencyBucket(seconds);
  own[arm][bucket] = (own[arm][bucket] ?? 0) + 1;
}

export function isFailure(outcome: Outcome): outcome is OutcomeClass {
  return (outcomeClasses as readonly string[]).includes(outcome);
}

/** 4xx and 5xx by RFC 9110 section 15; everything else is well. */
export function outcomeOfStatus(status: number): Outcome {
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'client-error' : 'ok';
}

function zero(): Counts {
  return { canary: 0, baseline: 0 };
}
