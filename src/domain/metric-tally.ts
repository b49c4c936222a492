import { type Metric, metricBounds, metricBucket, type Report } from './metric.ts';
import type { BucketCoins, MetricTally } from './rollout.ts';

type Arm = 'canary' | 'baseline';
type Counts = { readonly after: number; readonly canary: number[]; readonly baseline: number[] };

/** The user was seen on the canary, and stays there: no coin any more. */
const SHOWN = -1;

/**
 * One metric over a rollout, by each user's first report in each step. As with errors, who reported before on baseline has shown
 * that: so its coin is another than that of who never reported.
 */
export class MetricCounter {
  readonly #metric: Metric;
  /** By step: in their order. */
  readonly #steps: { readonly weight: number; readonly coins: Counts[] }[] = [];
  /** By user: the place of the step of the last report that was on baseline, or `SHOWN`. */
  readonly #last = new Map<string, number>();

  constructor(metric: Metric) {
    this.#metric = metric;
  }

  beginStep(weight: number): void {
    this.#steps.push({ weight, coins: [] });
  }

  /** `place`: of the step in which the user's arm was evaluated. */
  reported({ name, value }: Report, { user, arm, place }: { user: string; arm: Arm; place: number }): void {
    if (name !== this.#metric.name) return;
    const bucket = metricBucket(this.#metric.kind, value);
    const last = this.#last.get(user);
    if (bucket === undefined || last === SHOWN || (last !== undefined && last >= place)) return;
    const coins = this.#coinsAt(place, last);
    if (coins === undefined) return;
    coins[arm][bucket] = (coins[arm][bucket] ?? 0) + 1;
    this.#last.set(user, arm === 'canary' ? SHOWN : place);
  }

  tally(place: number): MetricTally {
    const coins: readonly BucketCoins[] = structuredClone(this.#steps[place]?.coins ?? []);
    return { name: this.#metric.name, coins };
  }

  /** undefined: the weight has not risen since, so the user's arm cannot be another. */
  #coinsAt(place: number, last: number | undefined): Counts | undefined {
    const step = this.#steps[place];
    if (step === undefined) return undefined;
    const after = last === undefined ? 0 : (this.#steps[last]?.weight ?? 1);
    if (after >= step.weight) return undefined;
    const known = step.coins.find((each) => each.after === after);
    if (known !== undefined) return known;
    const none = () => Array<number>(metricBounds[this.#metric.kind].length + 1).fill(0);
    const made = { after, canary: none(), baseline: none() };
    step.coins.push(made);
    step.coins.sort((one, other) => one.after - other.after);
    return made;
  }
}
