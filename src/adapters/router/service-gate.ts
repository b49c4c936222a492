import { randomBytes } from 'node:crypto';
import { Seconds } from '../../domain/busy-seconds.ts';
import { AutolandError } from '../../domain/errors.ts';
import { defaultWaitTerms } from '../../domain/latency.ts';
import { parseReports } from '../../domain/metric.ts';
import { RecentWaits } from '../../domain/recent-waits.ts';
import type { Observation, Totals } from '../../domain/rollout.ts';
import { type Arm, isFailure, type Outcome, RolloutTally, type Ticket } from '../../domain/rollout-tally.ts';
import type { Connections } from './connections.ts';
import {
  assertLength,
  checkLease,
  closedBecause,
  type Facts,
  flagCoin,
  type Lease,
  type LeaseInput,
  standingFlags,
} from './exposure.ts';
import type { RoutedService } from './state-files.ts';

/** Rollouts whose tallies are kept: the running one, and the last, for whoever still reads it. */
const KEPT_ROLLOUTS = 2;

export type Clocks = { now(): number; monotonicMs(): number };

export type GateOptions = {
  readonly service: string;
  readonly graceMs: number;
  readonly maxUsers: number;
  readonly clocks: Clocks;
  readonly connections: Connections;
};

/** Where one request goes, fixed when it is evaluated. */
export type Choice = {
  readonly arm: Arm;
  readonly digest: string;
  readonly sockets: readonly string[];
  readonly nonce: string | undefined;
  /** Names in the code that are on for this user; all others are off. */
  readonly flags: readonly string[];
  /** The version, and what is on in it. */
  readonly variant: string;
  /** `seconds`: to the first byte, or as long as was waited for it. */
  answered(outcome: Outcome, seconds: number): void;
  /** What the service says of its user in an answer's header. */
  reported(text: string): void;
};

type Rollout = {
  readonly tally: RolloutTally;
  readonly before: Observation['before'];
  readonly usualWaits: readonly number[];
  /** On the monotonic clock, ms. */
  readonly warmAt: number;
  websocketsCut: number;
};
type Asked = {
  readonly user: string;
  readonly rollout: Rollout | undefined;
  readonly ticket: Ticket | undefined;
};

/** Decides per user, under the lease, who serves, and testifies to what came of it. */
export class ServiceGate {
  readonly #options: GateOptions;
  readonly #epoch = randomBytes(12).toString('base64url');
  readonly #rollouts = new Map<string, Rollout>();
  readonly #seconds = new Seconds();
  readonly #waits = new RecentWaits();
  #facts: Facts = { stopped: true, killed: () => true, flags: new Map(), route: undefined };
  #sockets: ReadonlyMap<string, readonly string[]> = new Map();
  #standing: readonly string[] = [];
  #lease: Lease | undefined;
  #coin: (user: string) => boolean = () => false;
  #open = false;
  #leaseTimer: NodeJS.Timeout | undefined;
  readonly #graces = new Map<string, NodeJS.Timeout>();
  #lastRequestAt: string | null = null;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Takes what the files say now. */
  update(facts: Omit<Facts, 'route'>, service: RoutedService | undefined): void {
    this.#facts = { ...facts, route: service?.route };
    this.#sockets = service?.sockets ?? new Map();
    this.#standing = standingFlags(this.#options.service, facts);
    this.#judge();
  }

  /** Rejects with `flag.stale-version`, `rollout.not-allowed` or `usage`; then the lease before it stands. */
  lease(input: LeaseInput): void {
    const { leaseMs, metrics, waits, ...terms } = input;
    assertLength(leaseMs);
    const known = this.#rollouts.get(input.nonce);
    checkLease(input, this.#facts, known?.tally.current);
    if (known?.tally.full === true) throw memoryFull(this.#options.maxUsers);
    const before = this.#lease;
    this.#lease = { ...terms, until: this.#options.clocks.monotonicMs() + leaseMs };
    (known ?? this.#begin(input)).tally.beginStep(input.step, input.weight);
    if (before?.flag !== input.flag || before.version !== input.version) {
      this.#coin = flagCoin(input.flag, input.version, input.weight);
    }
    clearTimeout(this.#leaseTimer);
    this.#leaseTimer = setTimeout(() => this.#judge(), leaseMs + 1).unref();
    this.#judge();
  }

  /** undefined: there is no route. */
  choose(user: string): Choice | undefined {
    const route = this.#facts.route;
    if (route === undefined) return undefined;
    const lease = this.#lease;
    const rollout = this.#exposing() && lease !== undefined ? this.#rollouts.get(lease.nonce) : undefined;
    const arm = rollout !== undefined && this.#coin(user) ? 'canary' : 'baseline';
    const ticket = rollout?.tally.evaluated(user, arm);
    // Whom the witness cannot remember, it does not expose.
    const exposed = arm === 'canary' && ticket !== undefined && route.candidate !== null;
    const digest = exposed ? route.candidate.digest : route.stable;
    const flags = exposed ? this.#canaryFlags() : this.#standing;
    return {
      flags,
      variant: variantOf(digest, flags),
      arm: exposed ? 'canary' : 'baseline',
      digest,
      sockets: this.#sockets.get(digest) ?? [],
      nonce: exposed ? lease?.nonce : undefined,
      answered: (outcome, seconds) => this.#answered({ user, rollout, ticket }, outcome, seconds),
      reported: (text) => {
        if (ticket !== undefined) rollout?.tally.reported(ticket, parseReports(text));
      },
    };
  }

  /** Whether anybody may meet this now. */
  serves(variant: string): boolean {
    return this.#serving().has(variant);
  }

  observe(nonce: string): Observation | undefined {
    const rollout = this.#rollouts.get(nonce);
    if (rollout === undefined) return undefined;
    if (rollout.tally.full) throw memoryFull(this.#options.maxUsers);
    const now = this.#options.clocks.now();
    return {
      epoch: this.#epoch,
      nonce,
      at: new Date(now).toISOString(),
      ...rollout.tally.counts(),
      lastRequestAt: this.#lastRequestAt,
      websocketsCut: rollout.websocketsCut,
      seconds: this.#seconds.recent(now),
      before: rollout.before,
      usualWaits: rollout.usualWaits,
    };
  }

  totals(): Totals {
    const now = this.#options.clocks.now();
    return { at: new Date(now).toISOString(), ...this.#seconds.all(now) };
  }

  /** Why nobody is exposed now; undefined: users are. */
  closed(): string | undefined {
    return closedBecause(this.#lease, this.#facts, this.#options.clocks.monotonicMs());
  }

  close(): void {
    clearTimeout(this.#leaseTimer);
    for (const variant of this.#graces.keys()) this.#withdraw(variant);
    this.#lease = undefined;
    this.#open = false;
  }

  /** `#open` follows the files; the lease's end is looked at each time, whatever a late timer does. */
  #exposing(): boolean {
    return this.#open && this.#options.clocks.monotonicMs() < (this.#lease?.until ?? 0);
  }

  #begin({ nonce, metrics, waits = defaultWaitTerms }: LeaseInput): Rollout {
    const now = this.#options.clocks.now();
    const [before, usual] = [this.#seconds.level(now), this.#waits.counts(now)];
    const warmAt = this.#options.clocks.monotonicMs() + 1000 * waits.warmUpSeconds;
    const tally = new RolloutTally(this.#options.maxUsers, metrics, waits.tolerate);
    const rollout = { tally, before, usualWaits: usual, warmAt, websocketsCut: 0 };
    this.#rollouts.set(nonce, rollout);
    for (const old of [...this.#rollouts.keys()].slice(0, -KEPT_ROLLOUTS)) this.#rollouts.delete(old);
    return rollout;
  }

  #answered({ user, rollout, ticket }: Asked, outcome: Outcome, seconds: number): void {
    if (rollout !== undefined && ticket !== undefined) {
      const isWarm = this.#options.clocks.monotonicMs() >= rollout.warmAt;
      rollout.tally.answered(ticket, outcome, isWarm ? seconds : undefined);
    }
    if (outcome === 'client-gone') return;
    const now = this.#options.clocks.now();
    this.#seconds.answered(user, isFailure(outcome), now);
    this.#waits.waited(seconds, now);
    this.#lastRequestAt = new Date(now).toISOString();
  }

  #judge(): void {
    this.#open = this.closed() === undefined;
    const serving = this.#serving();
    for (const variant of this.#options.connections.ending()) {
      // Opening again withdraws the cut; each closing begins a grace of its own.
      if (!serving.has(variant))
        this.#graces.set(variant, this.#graces.get(variant) ?? this.#cutLater(variant));
      else this.#withdraw(variant);
    }
  }

  #canaryFlags(): readonly string[] {
    const code = this.#facts.flags.get(this.#lease?.flag ?? '')?.code;
    return code === undefined || this.#standing.includes(code) ? this.#standing : [...this.#standing, code];
  }

  #serving(): ReadonlySet<string> {
    const route = this.#facts.route;
    if (route === undefined) return new Set();
    const stable = variantOf(route.stable, this.#standing);
    const candidate = this.#exposing() ? route.candidate?.digest : undefined;
    return new Set(candidate === undefined ? [stable] : [stable, variantOf(candidate, this.#canaryFlags())]);
  }

  #withdraw(variant: string): void {
    clearTimeout(this.#graces.get(variant));
    this.#graces.delete(variant);
  }

  #cutLater(variant: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#graces.delete(variant);
      for (const one of this.#options.connections.cutEnding(variant)) {
        const rollout = one.websocket && one.nonce !== undefined ? this.#rollouts.get(one.nonce) : undefined;
        if (rollout !== undefined) rollout.websocketsCut += 1;
      }
    }, this.#options.graceMs).unref();
  }
}

/** A websocket keeps what it was given when it began: where that changes it has to begin anew. */
function variantOf(digest: string, flags: readonly string[]): string {
  return [digest, ...flags.toSorted()].join(' ');
}

function memoryFull(users: number): AutolandError {
  return new AutolandError('runtime.refused', `the witness remembers ${users} users at most, and more came`, {
    mend: 'hold this rollout, and raise the router’s maxUsers',
  });
}
