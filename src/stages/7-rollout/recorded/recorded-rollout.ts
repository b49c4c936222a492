import type { Observation, RolloutPlan } from '../../../domain/rollout.ts';
import type { RolloutRecord, WeightRecord } from '../../../domain/rollout-record.ts';
import { analyze, type RolloutDecision } from '../analyze.ts';
import type { Unit } from '../situation.ts';
import { type Counted, RequestCounter, WindowCounter } from './counters.ts';
import { decisionOfRequests, type RequestsHold, widened } from './of-requests.ts';
import { RequestWindowCounter } from './request-windows.ts';

/** What one look at a recorded rollout would have decided. */
export type Look = {
  /** Seconds, as in the record. */
  readonly t: number;
  readonly weight: number;
  readonly decision: RolloutDecision | RequestsHold;
  readonly unit: Unit;
  /** Users who had met the canary until then, and those whom it had failed; or requests, by the unit. */
  readonly usersExposed: number;
  readonly usersErrored: number;
};

export type RecordedOptions = {
  /** Its steps have the weights of the record, in order. */
  readonly plan: RolloutPlan;
  /** Seconds between two looks at requests; at windows, each is looked at once. */
  readonly every: number;
};

/** In a pause between two records: nothing comes to be seen in it. */
const mostLooksInPause = 1000;
const epoch = 'recorded';

type Counter = RequestCounter | WindowCounter | RequestWindowCounter;
type CountedRecord = Exclude<RolloutRecord, WeightRecord>;

/**
 * Counts a recorded rollout as the router does, and looks at it as a rollout would. What is decided is not obeyed: the record
 * goes on as it went. Records MUST come in the order of time.
 */
export class RecordedRollout {
  readonly #options: RecordedOptions;
  #counter: Counter | undefined;
  readonly #begun: WeightRecord[] = [];
  #now = Number.NEGATIVE_INFINITY;
  #nextLook: number | undefined;
  #isWindowNew = false;

  constructor(options: RecordedOptions) {
    this.#options = options;
  }

  /** Answers the looks that were due before the record. Throws RangeError for one that the plan or its time does not allow. */
  take(record: RolloutRecord): readonly Look[] {
    if (record.t < this.#now) throw new RangeError(`its time ${record.t} is before ${this.#now}`);
    const looks = this.#looksBefore(record);
    this.#now = record.t;
    if (record.kind === 'weight') this.#begin(record);
    else this.#count(record);
    return looks;
  }

  /** The looks that are due at its end; none where it never began. */
  end(): readonly Look[] {
    if (this.#begun.length === 0) return [];
    return this.#countsWindows() ? this.#lookAtWindow() : [this.#look(this.#now)];
  }

  #begin(record: WeightRecord): void {
    const step = this.#begun.length;
    const planned = this.#options.plan.steps[step]?.weight;
    if (planned === undefined) throw new RangeError(`the plan has ${step} steps, this is one more`);
    if (Math.abs(planned - record.weight) > 1e-9)
      throw new RangeError(`the plan's step ${step + 1} has the weight ${planned}, not ${record.weight}`);
    this.#begun.push({ ...record, weight: planned });
    this.#nextLook ??= record.t + this.#options.every;
    this.#counter?.beginStep(step, planned, record.t);
  }

  #count(record: CountedRecord): void {
    this.#counter ??= this.#countsOf(record.kind);
    if (record.kind === 'request' && this.#counter instanceof RequestCounter) this.#counter.add(record);
    else if (record.kind === 'window' && this.#counter instanceof WindowCounter) this.#counter.add(record);
    else if (record.kind === 'request-window' && this.#counter instanceof RequestWindowCounter)
      this.#counter.add(record);
    else throw new RangeError('it has more than one of requests, windows of users and windows of requests');
    this.#isWindowNew = this.#countsWindows() && this.#begun.length > 0;
  }

  #countsOf(kind: CountedRecord['kind']): Counter {
    const counters = {
      request: () => new RequestCounter(this.#options.plan.metrics),
      window: () => new WindowCounter(),
      'request-window': () => new RequestWindowCounter(),
    } as const;
    const counter = counters[kind]();
    for (const [step, { weight, t }] of this.#begun.entries()) counter.beginStep(step, weight, t);
    return counter;
  }

  #countsWindows(): boolean {
    return this.#counter instanceof WindowCounter || this.#counter instanceof RequestWindowCounter;
  }

  #lookAtWindow(): readonly Look[] {
    if (!this.#isWindowNew) return [];
    this.#isWindowNew = false;
    return [this.#look(this.#now)];
  }

  #looksBefore({ t, kind }: RolloutRecord): readonly Look[] {
    // A window that ends where a step begins is of the step before.
    if (this.#countsWindows()) return t > this.#now || kind === 'weight' ? this.#lookAtWindow() : [];
    if (this.#counter === undefined && kind !== 'request' && kind !== 'weight') return [];
    const looks: Look[] = [];
    const every = Math.max(this.#options.every, (t - (this.#nextLook ?? t)) / mostLooksInPause);
    while (this.#nextLook !== undefined && this.#nextLook <= t) {
      looks.push(this.#look(this.#nextLook));
      this.#nextLook += every;
    }
    return looks;
  }

  #look(t: number): Look {
    const step = this.#begun.length - 1;
    const counted: Counted = this.#counter?.counted(t) ?? nothing;
    const ofRequests = this.#counter instanceof RequestWindowCounter ? this.#counter : undefined;
    const unit = ofRequests === undefined ? 'user' : 'request';
    const calibration = ofRequests?.calibration();
    const decided = this.#decision(counted, t, { unit, plan: widened(this.#options.plan, calibration) });
    return {
      t,
      weight: this.#options.plan.steps[step]?.weight ?? 0,
      decision: unit === 'request' ? decisionOfRequests(decided, calibration) : decided,
      unit,
      usersExposed: counted.usersExposed,
      usersErrored: counted.usersErrored,
    };
  }

  #decision(counted: Counted, t: number, { unit, plan }: { unit: Unit; plan: RolloutPlan }): RolloutDecision {
    const { every } = this.#options;
    const step = this.#begun.length - 1;
    const now = new Date(t * 1000);
    const at = now.toISOString();
    const observation: Observation = { epoch, nonce: epoch, at, websocketsCut: 0, ...counted };
    return analyze({
      plan,
      step,
      stepSince: new Date((this.#begun[step]?.t ?? t) * 1000),
      held: false,
      skipBake: false,
      observation,
      epochAtStart: epoch,
      now,
      staleAfterSeconds: Math.max(10, 10 * every),
      unit,
    });
  }
}

const nothing: Counted = {
  steps: [],
  latencyBounds: [],
  usersExposed: 0,
  usersErrored: 0,
  seconds: [],
  before: null,
  lastRequestAt: null,
};
