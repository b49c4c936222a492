import type { Observation, RolloutPlan } from '../../../domain/rollout.ts';
import type { CountedRecord, RolloutRecord, WeightRecord } from '../../../domain/rollout-record.ts';
import { analyze, type RolloutDecision } from '../analyze.ts';
import { waitTerms } from '../coins.ts';
import type { Unit } from '../situation.ts';
import type { Counted } from './counters.ts';
import { type Begun, mixed, RequestCounting, WindowCounting } from './counting.ts';
import { decisionOfRequests, type RequestsHold, widened } from './of-requests.ts';
import { decisionOverGap, type GapHold } from './over-gaps.ts';

/** What one look at a recorded rollout would have decided. */
export type Look = {
  /** Seconds, as in the record. */
  readonly t: number;
  readonly weight: number;
  readonly decision: RolloutDecision | RequestsHold | GapHold;
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
  /** Of windows that do not tell their length; undefined: the shortest pause between two that came. */
  readonly windowSeconds?: number | undefined;
};

/** In a pause between two records: nothing comes to be seen in it. */
const mostLooksInPause = 1000;
const epoch = 'recorded';

/**
 * Counts a recorded rollout as the router does, and looks at it as a rollout would. What is decided is not obeyed: the record
 * goes on as it went. Records MUST come in the order of time; those of one time may come in any order, but a window that ends
 * where a step begins comes before it.
 */
export class RecordedRollout {
  readonly #options: RecordedOptions;
  #counting: RequestCounting | WindowCounting | undefined;
  readonly #begun: Begun[] = [];
  #now = Number.NEGATIVE_INFINITY;
  #nextLook: number | undefined;
  #isWindowNew = false;

  constructor(options: RecordedOptions) {
    this.#options = options;
  }

  /** Answers the looks that were due before the record. Throws RangeError for one that the plan or its time does not allow. */
  take(record: RolloutRecord): readonly Look[] {
    if (record.t < this.#now) throw new RangeError(`its time ${record.t} is before ${this.#now}`);
    if (record.t > this.#now) this.#settle();
    const looks = this.#looksBefore(record);
    this.#now = record.t;
    if (record.kind === 'weight') this.#begin(record);
    else this.#count(record);
    return looks;
  }

  /** The looks that are due at its end; none where it never began. */
  end(): readonly Look[] {
    this.#settle();
    if (this.#begun.length === 0) return [];
    return this.#counting instanceof WindowCounting ? this.#lookAtWindow() : [this.#look(this.#now)];
  }

  #settle(): void {
    if (this.#counting instanceof RequestCounting) this.#counting.settle();
  }

  #begin({ t, weight, isAssumed }: WeightRecord): void {
    const step = this.#begun.length;
    const planned = this.#options.plan.steps[step]?.weight;
    if (planned === undefined) throw new RangeError(`the plan has ${step} steps, this is one more`);
    if (Math.abs(planned - weight) > 1e-9)
      throw new RangeError(`the plan's step ${step + 1} has the weight ${planned}, not ${weight}`);
    const begun = { step, t, weight: planned, isAssumed: isAssumed === true };
    this.#begun.push(begun);
    this.#nextLook ??= t + this.#options.every;
    this.#counting?.beginStep(begun);
  }

  #count(record: CountedRecord): void {
    this.#counting ??= this.#countingOf(record.kind);
    const counting = this.#counting;
    if (record.kind === 'request' && counting instanceof RequestCounting) counting.add(record);
    else if (record.kind !== 'request' && counting instanceof WindowCounting) {
      counting.add(record);
      this.#isWindowNew = this.#begun.length > 0;
    } else throw new RangeError(mixed);
  }

  #countingOf(kind: CountedRecord['kind']): RequestCounting | WindowCounting {
    const { plan, windowSeconds } = this.#options;
    const besides = { metrics: plan.metrics, waits: waitTerms(plan) };
    const counting =
      kind === 'request'
        ? new RequestCounting(besides, this.#staleAfterSeconds())
        : new WindowCounting(kind === 'window' ? 'user' : 'request', { windowSeconds, ...besides });
    for (const begun of this.#begun) counting.beginStep(begun);
    return counting;
  }

  #lookAtWindow(): readonly Look[] {
    if (!this.#isWindowNew) return [];
    this.#isWindowNew = false;
    return [this.#look(this.#now)];
  }

  #looksBefore({ t, kind }: RolloutRecord): readonly Look[] {
    // A window that ends where a step begins is of the step before.
    if (this.#counting instanceof WindowCounting)
      return t > this.#now || kind === 'weight' ? this.#lookAtWindow() : [];
    if (this.#counting === undefined && kind !== 'request' && kind !== 'weight') return [];
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
    const counting = this.#counting;
    const counted: Counted = counting?.counted(t) ?? nothing;
    const [unit, calibration] =
      counting instanceof WindowCounting ? [counting.unit, counting.calibration()] : ['user' as const];
    const found = this.#decision(counted, t, { unit, plan: widened(this.#options.plan, calibration) });
    const decided = unit === 'request' ? decisionOfRequests(found, calibration) : found;
    return {
      t,
      weight: this.#options.plan.steps[step]?.weight ?? 0,
      decision: decisionOverGap(decided, counting?.gapAt(t)),
      unit,
      usersExposed: counted.usersExposed,
      usersErrored: counted.usersErrored,
    };
  }

  #staleAfterSeconds(): number {
    return Math.max(10, 10 * this.#options.every);
  }

  #decision(counted: Counted, t: number, { unit, plan }: { unit: Unit; plan: RolloutPlan }): RolloutDecision {
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
      staleAfterSeconds: this.#staleAfterSeconds(),
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
