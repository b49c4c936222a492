import { defaultWaitTerms, type WaitTerms } from '../../../domain/latency.ts';
import { type Metric, metricBucket, type Report } from '../../../domain/metric.ts';
import type { Calibration } from '../../../domain/rollout.ts';
import type { RequestRecord, RequestWindowRecord, WindowRecord } from '../../../domain/rollout-record.ts';
import { type Counted, RequestCounter, WindowCounter } from './counters.ts';
import { type Gap, RequestCoverage, WindowCoverage } from './coverage.ts';
import { Moment } from './moment.ts';
import { RequestWindowCounter } from './request-windows.ts';

export const mixed = 'it has more than one of requests, windows of users and windows of requests';

export type Begun = {
  readonly step: number;
  readonly weight: number;
  readonly t: number;
  /** The record itself does not say when it began. */
  readonly isAssumed: boolean;
};

export type CountedBesides = {
  readonly metrics?: readonly Metric[] | undefined;
  readonly waits?: WaitTerms | undefined;
};

/** Counts requests, and sees to it that they are whole. */
export class RequestCounting {
  readonly #counter: RequestCounter;
  readonly #coverage: RequestCoverage;
  readonly #moment = new Moment();
  readonly #metrics: readonly Metric[];

  constructor({ metrics = [], waits = defaultWaitTerms }: CountedBesides, staleAfterSeconds: number) {
    this.#metrics = metrics;
    this.#counter = new RequestCounter(metrics, waits);
    this.#coverage = new RequestCoverage(staleAfterSeconds);
  }

  beginStep({ step, weight, t }: Begun): void {
    this.#counter.beginStep(step, weight, t);
    this.#coverage.beginStep(weight);
  }

  /** Throws RangeError for a value that is none of its metric's kind. */
  add(record: RequestRecord): void {
    this.#moment.add({ ...record, ...(record.reports && { reports: this.#reportsIn(record) }) });
  }

  /** Nothing more comes of that time. */
  settle(): void {
    const records = this.#moment.take();
    for (const record of records) this.#counter.add(record);
    this.#coverage.add(records);
  }

  #reportsIn({ reports = [] }: RequestRecord): readonly Report[] {
    return reports.flatMap((report) => {
      const metric = this.#metrics.find(({ name }) => name === report.name);
      return metric === undefined ? [] : (recordedReport(metric, report) ?? []);
    });
  }

  counted(t: number): Counted {
    return this.#counter.counted(t);
  }

  gapAt(t: number): Gap {
    return this.#coverage.gapAt(t);
  }
}

type WindowOptions = CountedBesides & { readonly windowSeconds: number | undefined };

/** Counts windows of users, or of requests, and sees to it that they are whole. */
export class WindowCounting {
  readonly unit: 'user' | 'request';
  readonly #users: WindowCounter;
  readonly #requests: RequestWindowCounter;
  readonly #coverage: WindowCoverage;

  constructor(unit: 'user' | 'request', options: WindowOptions) {
    const { windowSeconds, metrics, waits } = options;
    this.unit = unit;
    this.#users = new WindowCounter(metrics, waits);
    this.#requests = new RequestWindowCounter(waits);
    this.#coverage = new WindowCoverage(`${unit}s`, windowSeconds);
  }

  beginStep({ step, weight, t, isAssumed }: Begun): void {
    this.#users.beginStep(step, weight, t);
    this.#requests.beginStep(step, weight, t);
    this.#coverage.beginStep(weight, t, isAssumed);
  }

  /** Throws RangeError for what does not fit to the windows before. */
  add(record: WindowRecord | RequestWindowRecord): void {
    if ((record.kind === 'window') !== (this.unit === 'user')) throw new RangeError(mixed);
    this.#coverage.add(record);
    if (record.kind === 'window') this.#users.add(record);
    else this.#requests.add(record);
  }

  counted(): Counted {
    return this.unit === 'user' ? this.#users.counted() : this.#requests.counted();
  }

  calibration(): Calibration | undefined {
    return this.unit === 'user' ? undefined : this.#requests.calibration();
  }

  gapAt(): Gap {
    return this.#coverage.gapAt();
  }
}

/** undefined: that it did not happen. A record may say 1 and 0 of a rate, where an answer of the service names it or does not. */
function recordedReport({ name, kind }: Metric, { value }: Report): Report | undefined {
  const isRate = kind === 'rate' && (value === 1 || value === 0);
  if (isRate) return value === 1 ? { name, value: undefined } : undefined;
  if (metricBucket(kind, value) !== undefined) return { name, value };
  throw new RangeError(`its ${name} is ${value ?? 'true'}, which no ${kind} can be`);
}
