import { Agent, get } from 'node:http';

const tickMs = 20;
const perTick = 3;

/** People with a cookie each, who come back one after the other. */
export class Users {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #cookies: (string | undefined)[];
  readonly #url: string;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #coming = true;
  /** By status; 0: no answer. */
  readonly statuses = new Map<number, number>();
  /** Told of each answer; `version`: as the service names itself, where it does. */
  onAnswer: (user: number, status: number, version: string | undefined) => void = () => {};

  constructor(url: string, count = 200) {
    this.#url = url;
    this.#cookies = Array.from({ length: count });
  }

  start(): this {
    this.#timer = setInterval(() => {
      for (let n = 0; n < perTick; n += 1) this.#visit(this.#next++ % this.#cookies.length);
    }, tickMs);
    return this;
  }

  end(): void {
    this.#coming = false;
    clearInterval(this.#timer);
    this.#agent.destroy();
  }

  #visit(user: number): void {
    if (!this.#coming) return;
    const cookie = this.#cookies[user];
    const headers = cookie === undefined ? {} : { cookie };
    const request = get(this.#url, { agent: this.#agent, headers }, (response) => {
      const set = response.headers['set-cookie']?.[0]?.split(';')[0];
      if (set !== undefined) this.#cookies[user] = set;
      this.#count(user, response.statusCode ?? 0, response.headers['x-version']);
      response.resume();
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection that the server closes as it is used again: every client sends it once more.
      if (request.reusedSocket && error.code === 'ECONNRESET') this.#visit(user);
      else if (this.#coming) this.#count(user, 0);
    });
  }

  #count(user: number, status: number, version?: string | string[]): void {
    this.onAnswer(user, status, version === undefined ? undefined : String(version));
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }
}
