import { type Metric, metricBounds } from '../../../domain/metric.ts';
import type { BucketCoins, MetricTally } from '../../../domain/rollout.ts';
import type { MetricWindow, WindowRecord } from '../../../domain/rollout-record.ts';
import type { Arm } from '../../../domain/rollout-tally.ts';

type Told = { readonly t: number; readonly arms: Map<Arm, NonNullable<WindowRecord['metrics']>> };
type Step = {
  /** By name; a metric that one window does not tell of both arms is not known any more. */
  readonly sums: Map<string, { readonly canary: number[]; readonly baseline: number[] } | undefined>;
  readonly users: Record<Arm, number>;
};

/** Adds up what users reported in windows; each user counts by the first report of the step, as the router counts. */
export class WindowMetrics {
  readonly #metrics: readonly Metric[];
  readonly #bounds = new Map<string, readonly number[]>();
  readonly #steps: Step[] = [];
  #told: Told | undefined;

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
  }

  beginStep(): void {
    this.#close();
    this.#steps.push({ sums: new Map(), users: { canary: 0, baseline: 0 } });
  }

  /** Throws RangeError for what is not of the metric's kind, or more than users came. */
  add({ t, arm, users, metrics = {} }: WindowRecord): void {
    const step = this.#steps.at(-1);
    if (step === undefined || this.#metrics.length === 0) return;
    if (this.#told?.t !== t) this.#close();
    this.#told ??= { t, arms: new Map() };
    step.users[arm] += users;
    for (const metric of this.#metrics) this.#check(metric, ownOf(metrics, metric.name), step.users[arm]);
    this.#told.arms.set(arm, metrics);
  }

  /** undefined: no metric was asked for. */
  tallies(place: number): readonly MetricTally[] | undefined {
    this.#close();
    if (this.#metrics.length === 0) return undefined;
    const { sums } = this.#steps[place] ?? { sums: new Map<string, undefined>() };
    return this.#metrics.flatMap(({ name }) => {
      const sum = sums.get(name);
      if (sum === undefined) return [];
      const coins: BucketCoins = { after: 0, canary: [...sum.canary], baseline: [...sum.baseline] };
      const bounds = this.#bounds.get(name);
      return [{ name, coins: [coins], ...(bounds && { bounds }) }];
    });
  }

  #check({ name, kind }: Metric, window: MetricWindow | undefined, most: number): void {
    if (window === undefined) return;
    if (window.kind !== kind)
      throw new RangeError(`its ${name} is told as a ${window.kind}, not as a ${kind}`);
    const count = window.counts.reduce((sum, each) => sum + each, 0);
    if (count > most) throw new RangeError(`${count} users reported ${name}, and only ${most} have come`);
    if (window.bounds === undefined) return;
    const known = this.#bounds.get(name) ?? window.bounds;
    this.#bounds.set(name, known);
    if (String(known) !== String(window.bounds))
      throw new RangeError(`its ${name} has other bounds than in the windows before`);
  }

  /** Once both arms have told of it: what one of them alone reports is no comparison. */
  #close(): void {
    const told = this.#told;
    this.#told = undefined;
    const step = this.#steps.at(-1);
    if (told === undefined || step === undefined) return;
    for (const { name, kind } of this.#metrics) {
      const [canary, baseline] = [
        ownOf(told.arms.get('canary'), name),
        ownOf(told.arms.get('baseline'), name),
      ];
      const before = step.sums.has(name)
        ? step.sums.get(name)
        : none(this.#bounds.get(name) ?? metricBounds[kind]);
      const isKnown = before !== undefined && canary !== undefined && baseline !== undefined;
      step.sums.set(
        name,
        isKnown
          ? { canary: sum(before.canary, canary.counts), baseline: sum(before.baseline, baseline.counts) }
          : undefined,
      );
    }
  }
}

/** Whatever a metric is called. */
function ownOf(metrics: WindowRecord['metrics'], name: string): MetricWindow | undefined {
  return metrics !== undefined && Object.hasOwn(metrics, name) ? metrics[name] : undefined;
}

function none(bounds: readonly number[]) {
  const zeros = () => Array<number>(bounds.length + 1).fill(0);
  return { canary: zeros(), baseline: zeros() };
}

function sum(before: readonly number[], counts: readonly number[]): number[] {
  return before.map((each, j) => each + (counts[j] ?? 0));
}
