import type { WaitTerms } from '../../../domain/latency.ts';
import type { Metric } from '../../../domain/metric.ts';
import type { Calibration } from '../../../domain/rollout.ts';
import type { CountedRecord } from '../../../domain/rollout-record.ts';
import type { Counted } from './counters.ts';
import { mixed, RequestCounting, WindowCounting } from './counting.ts';
import type { Gap } from './coverage.ts';

type WindowLine = Exclude<CountedRecord, { readonly kind: 'request' }>;
type Step = { readonly step: number; readonly weight: number };

export type LiveOptions = {
  readonly metrics: readonly Metric[];
  readonly waits: WaitTerms;
  /** Windows from before the rollout, in order: what is usual. */
  readonly history: readonly CountedRecord[];
};

/** What live counts say of themselves, besides. */
export type LiveCounts = Pick<
  Counted,
  'steps' | 'latencyBounds' | 'tolerated' | 'usualWaits' | 'usersExposed' | 'usersErrored'
> & {
  readonly unit: 'user' | 'request';
  readonly calibration: Calibration | undefined;
};

/** No pause of the traffic is looked for here: records that are not of this rollout are not told to it. */
const anyPause = Number.POSITIVE_INFINITY;

/**
 * Counts a rollout while it is recorded, as a recorded one is counted. A step begins with the first record that says to be of it:
 * what was under way before belongs to the step before.
 */
export class LiveRollout {
  readonly #options: LiveOptions;
  readonly #steps: Step[] = [];
  #counting: RequestCounting | WindowCounting | undefined;
  /** Place of the step that is counted; -1: none has begun. */
  #at = -1;
  #now = 0;
  /** Lines of the newest window, until both arms have come: half of one would look like an arm that nobody gets. */
  #window: { readonly record: WindowLine; readonly share: number }[] = [];
  #gap: Gap;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get current(): Step | undefined {
    return this.#steps.at(-1);
  }

  /** From now on records may be of it. */
  beginStep(step: number, weight: number): void {
    if (this.current?.step !== step) this.#steps.push({ step, weight });
  }

  /** Throws RangeError for what does not go on from the records before. `t` MUST not fall. */
  add(record: CountedRecord, share: number): void {
    if (record.kind === 'request') {
      this.#count(record, share);
      return;
    }
    if (this.#window[0] !== undefined && this.#window[0].record.t !== record.t) this.#countWindow();
    this.#window.push({ record, share });
    if (new Set(this.#window.map((line) => line.record.arm)).size === 2) this.#countWindow();
  }

  counts(t: number): LiveCounts {
    this.#settle();
    const counting = this.#counting;
    if (counting === undefined)
      return {
        steps: [],
        latencyBounds: [],
        usersExposed: 0,
        usersErrored: 0,
        unit: 'user',
        calibration: undefined,
      };
    const { seconds: _, before: __, lastRequestAt: ___, ...counts } = counting.counted(t);
    const [unit, calibration] =
      counting instanceof WindowCounting
        ? [counting.unit, counting.calibration()]
        : ['user' as const, undefined];
    return { ...counts, unit, calibration };
  }

  gap(): Gap {
    return this.#gap;
  }

  #countWindow(): void {
    for (const { record, share } of this.#window.splice(0)) this.#count(record, share);
    if (this.#counting instanceof WindowCounting) this.#gap ??= this.#counting.gapAt();
  }

  #count(record: CountedRecord, share: number): void {
    const at = this.#steps.findLastIndex(({ weight }) => Math.abs(weight - share) < 1e-9);
    // Of a step that is over, or of none.
    if (at < Math.max(0, this.#at)) return;
    this.#counting ??= this.#countingOf(record.kind);
    if (at > this.#at) this.#begin(at, record);
    if (record.t > this.#now) this.#settle();
    this.#now = record.t;
    if (record.kind === 'request' && this.#counting instanceof RequestCounting) this.#counting.add(record);
    else if (record.kind !== 'request' && this.#counting instanceof WindowCounting)
      this.#counting.add(record);
    else throw new RangeError(mixed);
  }

  #begin(at: number, record: CountedRecord): void {
    this.#settle();
    const t = record.kind === 'request' ? record.t : record.t - (record.seconds ?? 0);
    for (const { step, weight } of this.#steps.slice(this.#at + 1, at + 1))
      this.#counting?.beginStep({ step, weight, t, isAssumed: false });
    this.#at = at;
  }

  #settle(): void {
    if (this.#counting instanceof RequestCounting) this.#counting.settle();
  }

  #countingOf(kind: CountedRecord['kind']): RequestCounting | WindowCounting {
    const { metrics, waits, history } = this.#options;
    if (kind === 'request') return new RequestCounting({ metrics, waits }, anyPause);
    const unit = kind === 'window' ? 'user' : 'request';
    const counting = new WindowCounting(unit, { windowSeconds: undefined, metrics, waits });
    for (const record of history) if (record.kind !== 'request' && record.kind === kind) counting.add(record);
    return counting;
  }
}
