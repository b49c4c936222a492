import { request } from 'node:http';
import type { Answer } from '../../src/demo/traffic/client.ts';
import { CookieJars } from '../../src/demo/traffic/cookie-jar.ts';
import type { Victim } from './installation.ts';

export type CrowdCounts = {
  readonly answered: number;
  /** Answers other than 200: nobody may meet one, whatever is killed. */
  readonly refused: Readonly<Record<string, number>>;
  /** Requests without an answer while the router had not been killed. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Requests without an answer while the router was dead. */
  readonly whileRouterDead: number;
};

const TICK_MS = 10;
const ANSWER_WITHIN_MS = 10_000;
const MOST_IN_FLIGHT = 64;

/** Users who keep their cookie and visit again and again. */
export class Crowd {
  readonly #origin: string;
  readonly #jars = new CookieJars();
  readonly #busy = new Set<number>();
  readonly #refused = new Map<string, number>();
  readonly #dropped = new Map<string, number>();
  readonly #options: { users: number; perSecond: number };
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #answered = 0;
  #whileRouterDead = 0;
  #lastKill: { victim: Victim; at: number } | undefined;
  #routerKilledAt = Number.NEGATIVE_INFINITY;
  #routerBackAt = Number.NEGATIVE_INFINITY;

  constructor(origin: string, options: { users: number; perSecond: number }) {
    this.#origin = origin;
    this.#options = options;
  }

  start(): void {
    const each = (this.#options.perSecond * TICK_MS) / 1000;
    this.#timer = setInterval(() => {
      for (let n = 0; n < each; n += 1) this.#send();
    }, TICK_MS);
  }

  killed(victim: Victim): void {
    this.#lastKill = { victim, at: performance.now() };
    if (victim !== 'router') return;
    this.#routerKilledAt = performance.now();
    this.#routerBackAt = Number.POSITIVE_INFINITY;
  }

  counts(): CrowdCounts {
    return {
      answered: this.#answered,
      refused: Object.fromEntries(this.#refused),
      dropped: Object.fromEntries(this.#dropped),
      whileRouterDead: this.#whileRouterDead,
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #send(): void {
    const user = this.#next;
    this.#next = (user + 1) % this.#options.users;
    if (!this.#busy.has(user) && this.#busy.size < MOST_IN_FLIGHT) void this.#visit(user);
  }

  async #visit(user: number): Promise<void> {
    this.#busy.add(user);
    const sentAt = performance.now();
    const cookie = this.#jars.header(user);
    const answer = await get(this.#origin, cookie);
    this.#busy.delete(user);
    if (answer.kind === 'dropped') return this.#lost(sentAt, answer.reason);
    this.#jars.store(user, answer.setCookies);
    this.#answered += 1;
    // Who was sent after the kill and was answered was answered by the next router.
    if (sentAt > this.#routerKilledAt) this.#routerBackAt = Math.min(this.#routerBackAt, performance.now());
    if (answer.status !== 200) count(this.#refused, String(answer.status));
  }

  #sinceLastKill(sentAt: number): string {
    if (this.#lastKill === undefined) return 'before any kill';
    return `sent ${Math.round(sentAt - this.#lastKill.at)} ms after the kill of the ${this.#lastKill.victim}`;
  }

  #lost(sentAt: number, reason: string): void {
    const now = performance.now();
    if (now >= this.#routerKilledAt && sentAt <= this.#routerBackAt) this.#whileRouterDead += 1;
    else count(this.#dropped, `${reason}, ${this.#sinceLastKill(sentAt)}`);
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A connection for each request: a server may close an idle one just as it is used again, and that is no fault. */
function get(origin: string, cookie: string | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    const dropped = (error: Error): void => resolve({ kind: 'dropped', reason: error.message });
    const sent = request(origin, { agent: false, headers: cookie === undefined ? {} : { cookie } });
    sent.setTimeout(ANSWER_WITHIN_MS, () => sent.destroy(new Error('no answer in time')));
    sent.on('error', dropped);
    sent.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      response.on('error', dropped).on('end', () => {
        resolve({ kind: 'answered', status: statusCode, setCookies: headers['set-cookie'] ?? [] });
      });
      response.resume();
    });
    sent.end();
  });
}
