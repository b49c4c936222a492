import { setTimeout } from 'node:timers/promises';
import type { Client } from './client.ts';
import { CookieJars } from './cookie-jar.ts';
import { createPopulation, type Population, type Visit } from './population.ts';
import { type Random, seededRandom } from './random.ts';
import type { Traffic } from './schema.ts';
import { type Counts, type Outcome, Tally } from './tally.ts';

/** One line a second. Counts are of that second, users of the whole run. */
export type Report = Counts & {
  /** Seconds since the start. */
  readonly t: number;
  /** Answers a second. */
  readonly rate: number;
  readonly inFlight: number;
  /** false: visits were given up, or answers stayed below the story's minimum. */
  readonly keepingUp: boolean;
  readonly usersSeen: number;
  /** Distinct users who ever met an unexpected failure. */
  readonly usersUnexpected: number;
};

/** The last line: counts are of the whole run. */
export type Totals = Report & {
  readonly final: true;
  /** `habit: status` or `habit: reason`, and how often. */
  readonly unexpectedBy: Readonly<Record<string, number>>;
};

const TICK_MS = 5;
const MOST_IN_FLIGHT = 400;
/** Visits later than this are given up: users would be gone, and a burst of them would be nobody's traffic. */
const MOST_LATE_MS = 1000;
const REDRAWS = 20;
const LAST_ANSWERS_MS = 1000;

/** Sends visits at the story's rate, whether or not answers come (open loop), each user one at a time. */
export class TrafficRun {
  readonly #traffic: Traffic;
  readonly #client: Client;
  readonly #population: Population;
  readonly #random: Random;
  readonly #jars = new CookieJars();
  readonly #busy = new Set<number>();
  readonly #seen = new Set<number>();
  readonly #hurt = new Set<number>();
  readonly #unexpectedBy = new Map<string, number>();
  readonly #total = new Tally();
  readonly #startedAt = performance.now();
  #second = new Tally();
  #secondStartedAt = performance.now();
  #nextAt = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(input: { traffic: Traffic; client: Client; seed: number }) {
    this.#traffic = input.traffic;
    this.#client = input.client;
    this.#population = createPopulation(input.traffic, input.seed);
    this.#random = seededRandom(input.seed);
  }

  start(): void {
    this.#nextAt = performance.now();
    this.#timer = setInterval(() => this.#sendDue(performance.now()), TICK_MS);
  }

  /** Ends the second that ran, and begins the next. */
  report(): Report {
    const report = this.#describe(this.#second, this.#secondStartedAt);
    this.#second = new Tally();
    this.#secondStartedAt = performance.now();
    return report;
  }

  /** Sends nothing more, waits a moment for what is in flight, and gives the rest up. */
  async stop(): Promise<Totals> {
    clearInterval(this.#timer);
    const until = performance.now() + LAST_ANSWERS_MS;
    while (this.#busy.size > 0 && performance.now() < until) await setTimeout(TICK_MS);
    this.#client.close();
    const unexpectedBy = Object.fromEntries(this.#unexpectedBy);
    return { ...this.#describe(this.#total, this.#startedAt), final: true, unexpectedBy };
  }

  #sendDue(now: number): void {
    while (this.#nextAt <= now) {
      const dueAt = this.#nextAt;
      this.#nextAt -= (Math.log(1 - this.#random()) * 1000) / this.#traffic.requestsPerSecond;
      const user = this.#freeUser();
      if (user === undefined || this.#busy.size >= MOST_IN_FLIGHT || now - dueAt > MOST_LATE_MS) this.#shed();
      else void this.#visit(user);
    }
  }

  #freeUser(): number | undefined {
    for (let draw = 0; draw < REDRAWS; draw += 1) {
      const user = this.#population.pickUser(this.#random);
      if (!this.#busy.has(user)) return user;
    }
    return undefined;
  }

  async #visit(user: number): Promise<void> {
    this.#busy.add(user);
    this.#seen.add(user);
    this.#total.sent();
    this.#second.sent();
    const visit = this.#population.visit(user, this.#random);
    const { path, body, habit } = visit;
    const sentAt = performance.now();
    const answer = await this.#client.send({
      method: habit.method,
      path,
      body,
      cookie: this.#jars.header(user),
    });
    if (answer.kind === 'answered') this.#jars.store(user, answer.setCookies);
    const outcome = answer.kind === 'answered' ? outcomeOf(visit, answer.status) : 'dropped';
    if (outcome === 'unexpected' || outcome === 'dropped') {
      this.#hurt.add(user);
      const key = `${habit.name}: ${answer.kind === 'answered' ? answer.status : answer.reason}`;
      this.#unexpectedBy.set(key, (this.#unexpectedBy.get(key) ?? 0) + 1);
    }
    this.#busy.delete(user);
    const ms = performance.now() - sentAt;
    this.#total.ended(outcome, ms);
    this.#second.ended(outcome, ms);
  }

  #shed(): void {
    this.#total.shed();
    this.#second.shed();
  }

  #describe(tally: Tally, since: number): Report {
    const counts = tally.counts();
    const now = performance.now();
    const rate = (counts.answered * 1000) / Math.max(now - since, 1);
    return {
      t: Math.round(now - this.#startedAt) / 1000,
      rate: Math.round(rate * 10) / 10,
      inFlight: this.#busy.size,
      keepingUp: counts.shed === 0 && rate >= this.#traffic.minimum,
      usersSeen: this.#seen.size,
      usersUnexpected: this.#hurt.size,
      ...counts,
    };
  }
}

export function outcomeOf({ habit }: Pick<Visit, 'habit'>, status: number): Outcome {
  if (!habit.expect.includes(status)) return 'unexpected';
  return habit.background && status >= 400 ? 'background' : 'fine';
}
