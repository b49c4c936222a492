import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import { defaultWaitTerms, type WaitTerms } from '../../domain/latency.ts';
import type { Metric } from '../../domain/metric.ts';
import type { Calibration, Observation, StepTally, Totals } from '../../domain/rollout.ts';
import type { CountedRecord, RolloutRecord } from '../../domain/rollout-record.ts';
import {
  assertLength,
  checkLease,
  closedBecause,
  type Facts,
  type Lease,
  type LeaseInput,
  standingFlags,
} from '../router/exposure.ts';
import type { RoutedService } from '../router/state-files.ts';
import type { Ramping } from './ramping.ts';
import type { Split } from './split.ts';
import { Traffic } from './traffic.ts';

/** Counts one rollout. */
export type Counting = {
  readonly current: { readonly step: number; readonly weight: number } | undefined;
  beginStep(step: number, weight: number): void;
  /** Throws RangeError for what cannot be counted. `t` never falls. */
  add(record: CountedRecord, share: number): void;
  counts(t: number): Pick<
    Observation,
    'latencyBounds' | 'tolerated' | 'usualWaits' | 'usersExposed' | 'usersErrored'
  > & {
    readonly steps: readonly StepTally[];
    readonly unit: 'user' | 'request';
    readonly calibration: Calibration | undefined;
  };
  gap(): string | undefined;
};

/** Tells of a pause in the whole traffic that is none of its own. */
export type Pauses = { seen(record: CountedRecord): void; gapAt(t: number): string | undefined };

export type Counters = {
  /** Throws AutolandError for a line that is none. */
  readonly read: (text: string, number: number) => RolloutRecord;
  readonly counting: (options: {
    metrics: readonly Metric[];
    waits: WaitTerms;
    history: readonly CountedRecord[];
  }) => Counting;
  readonly pauses: () => Pauses;
};

export type FrontDoorGateOptions = {
  readonly service: string;
  readonly counters: Counters;
  readonly ramping: Pick<Ramping, 'want' | 'settled'>;
};

type Rollout = {
  readonly counting: Counting;
  readonly pauses: Pauses;
  readonly before: Observation['before'];
  gap: string | undefined;
};

/** Of which rollout and step a line is: as the front door was told when it gave the user a version. */
const stamp = z.object({ nonce: z.string().nullish(), share: z.number().nullish() });

/** How long the front door is waited for when a lease is given; a slow one goes on by itself. */
const SETTLE_MS = 1000;
/** Of a clock at the front door. */
const MOST_AHEAD_SECONDS = 10;
/** Rollouts whose counts are kept: the running one, and the last, for whoever still reads it. */
const KEPT_ROLLOUTS = 2;

/** Says what a front door is to do, under the lease, and testifies to what its users met, as its witness tells. */
export class FrontDoorGate {
  readonly #options: FrontDoorGateOptions;
  readonly #epoch = randomBytes(12).toString('base64url');
  readonly #rollouts = new Map<string, Rollout>();
  readonly #traffic = new Traffic();
  #facts: Facts = { stopped: true, killed: () => true, flags: new Map(), route: undefined };
  #sockets: RoutedService['sockets'] = new Map();
  #lease: Lease | undefined;
  #leaseTimer: NodeJS.Timeout | undefined;
  /** Why nobody sees what users meet; undefined: the witness does. */
  #blind: string | undefined = 'it has not said yet that it is ready';
  #lines = 0;
  #now = 0;

  constructor(options: FrontDoorGateOptions) {
    this.#options = options;
  }

  get blind(): string | undefined {
    return this.#blind;
  }

  /** Of the witness, until now. */
  get lines(): number {
    return this.#lines;
  }

  get lastRequestAt(): string | null {
    return this.#traffic.lastRequestAt;
  }

  /** Takes what the files say now. */
  update(facts: Omit<Facts, 'route'>, service: RoutedService | undefined): void {
    this.#facts = { ...facts, route: service?.route };
    this.#sockets = service?.sockets ?? new Map();
    this.#judge();
  }

  ready(): void {
    this.#blind = undefined;
    this.#judge();
  }

  /** Nobody is exposed to what nobody sees. */
  lost(why: string): void {
    this.#blind = why;
    this.#breakOff(`the witness of the front door was lost: ${why}`);
    this.#judge();
  }

  /** A line of the witness. */
  heard(text: string): void {
    this.#lines += 1;
    try {
      const record = this.#options.counters.read(text, this.#lines);
      if (record.kind !== 'weight') this.#count(record, stamp.parse(JSON.parse(text)));
    } catch (thrown) {
      this.#breakOff(`a line of the front door's witness could not be counted: ${messageOf(thrown)}`);
    }
  }

  /** Rejects with `flag.stale-version`, `rollout.not-allowed` or `usage`, and as `ramp` does; in the first cases the lease before it stands. */
  async lease(input: LeaseInput): Promise<void> {
    const { leaseMs, metrics: _, waits: __, ...terms } = input;
    assertLength(leaseMs);
    const known = this.#rollouts.get(terms.nonce);
    checkLease({ leaseMs, ...terms }, this.#facts, known?.counting.current);
    if (this.#blind !== undefined) throw unseen(this.#blind);
    const lease = { ...terms, until: performance.now() + leaseMs };
    this.#lease = lease;
    (known ?? this.#begin(input)).counting.beginStep(terms.step, terms.weight);
    clearTimeout(this.#leaseTimer);
    this.#leaseTimer = setTimeout(() => this.#judge(), leaseMs + 1);
    this.#judge();
    try {
      await within(SETTLE_MS, this.#options.ramping.settled());
    } catch (thrown) {
      // Half of what was asked for may stand there.
      if (this.#lease === lease) this.#lease = undefined;
      this.#judge();
      throw thrown;
    }
  }

  observe(nonce: string): Observation | undefined {
    const rollout = this.#rollouts.get(nonce);
    if (rollout === undefined) return undefined;
    const now = Date.now();
    const { unit, calibration, ...counts } = rollout.counting.counts(now / 1000);
    const gap = rollout.gap ?? rollout.counting.gap() ?? rollout.pauses.gapAt(now / 1000);
    return {
      epoch: this.#epoch,
      nonce,
      at: new Date(now).toISOString(),
      ...counts,
      lastRequestAt: this.#traffic.lastRequestAt,
      websocketsCut: 0,
      seconds: this.#traffic.recent(now),
      before: rollout.before,
      ...(gap === undefined ? {} : { gap }),
      ...(unit === 'user' ? {} : { requests: { calibration: calibration ?? null } }),
    };
  }

  totals(): Totals {
    return this.#traffic.totals(Date.now());
  }

  /** Why nobody is exposed now; undefined: users are. */
  closed(): string | undefined {
    if (this.#blind !== undefined) return `nobody sees what users meet: ${this.#blind}`;
    return closedBecause(this.#lease, this.#facts, performance.now());
  }

  /** Wants everybody on stable. */
  close(): void {
    clearTimeout(this.#leaseTimer);
    this.#lease = undefined;
    this.#judge();
  }

  #count(read: CountedRecord, { nonce, share }: z.output<typeof stamp>): void {
    if (read.t > Date.now() / 1000 + MOST_AHEAD_SECONDS)
      throw new RangeError(`its time ${read.t} is not yet: t is Unix time, in seconds`);
    // Several processes of a front door may write one log.
    this.#now = Math.max(this.#now, read.t);
    const record = { ...read, t: this.#now };
    this.#traffic.met(record, Date.now());
    for (const { pauses } of this.#rollouts.values()) pauses.seen(record);
    if (nonce == null || share == null) this.#traffic.usual(record);
    else this.#rollouts.get(nonce)?.counting.add(record, share);
  }

  #begin({ nonce, metrics = [], waits = defaultWaitTerms }: LeaseInput): Rollout {
    const { counters } = this.#options;
    const rollout = {
      counting: counters.counting({ metrics, waits, history: this.#traffic.windows }),
      pauses: counters.pauses(),
      before: this.#traffic.level(Date.now()),
      gap: undefined,
    };
    this.#rollouts.set(nonce, rollout);
    for (const old of [...this.#rollouts.keys()].slice(0, -KEPT_ROLLOUTS)) this.#rollouts.delete(old);
    return rollout;
  }

  #breakOff(why: string): void {
    for (const rollout of this.#rollouts.values()) rollout.gap ??= why;
  }

  #judge(): void {
    const split = this.#split();
    if (split !== undefined) this.#options.ramping.want(split);
  }

  /** undefined: there is no route. */
  #split(): Split | undefined {
    const { route } = this.#facts;
    if (route === undefined) return undefined;
    const { service } = this.#options;
    const standing = standingFlags(service, this.#facts);
    const side = (digest: string, flags: readonly string[]) => ({
      digest,
      addresses: this.#sockets.get(digest) ?? [],
      flags,
    });
    const lease = this.closed() === undefined ? this.#lease : undefined;
    const stable = side(route.stable, standing);
    if (lease === undefined || route.candidate === null) return { service, stable, exposed: null };
    const { flag, nonce, weight } = lease;
    const code = this.#facts.flags.get(flag)?.code;
    const flags = code === undefined ? standing : [...new Set([...standing, code])];
    return {
      service,
      stable,
      exposed: { candidate: side(route.candidate.digest, flags), flag, nonce, weight },
    };
  }
}

function unseen(why: string): AutolandError {
  return new AutolandError('runtime.unreachable', `nobody sees what users meet at the front door: ${why}`, {
    mend: 'see what the witness writes on its standard error; autoland doctor tells it too',
  });
}

/** Resolves when it does, or after so long. */
async function within(ms: number, act: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  // Once nobody waits any more, the next lease is told.
  act.catch(() => {});
  await Promise.race([act, late]);
  clearTimeout(timer);
}
