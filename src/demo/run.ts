import { randomInt } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import { overtakenCode } from '../views/ledger.ts';
import type { Repository } from '../wiring/place/repository.ts';
import { Child } from './children.ts';
import { type InHouseRegistry, startInHouseRegistry } from './in-house-registry/server.ts';
import { follow, type Progress } from './progress.ts';
import type { Reporter } from './reporter.ts';
import type { Story } from './story.ts';
import type { DemoResult } from './summary.ts';
import type { Report, Totals } from './traffic/traffic.ts';

export type DemoOptions = {
  readonly story: Story;
  readonly reporter: Reporter;
  /** The fresh bare repository, and where its journal goes. */
  readonly repo: string;
  readonly state: string;
  readonly port: string;
  readonly signal: AbortSignal;
  /** Opens the journal that the control plane writes. */
  openRepository(): Promise<Repository>;
  /** Lets the agents look for work. */
  scan(): Promise<void>;
  /** Versions that were turned away and that a second scan leaves alone. */
  remembered(): Promise<readonly string[]>;
  verify(): Promise<{ auditVerified: boolean; fsckAgrees: boolean }>;
};

/** Nothing here knows how the story ends: it starts the parts, lets them work, and tells what they did. */
export class Demo {
  readonly #options: DemoOptions;
  readonly #started = performance.now();
  #registry: InHouseRegistry | undefined;
  #up: Child | undefined;
  #users: Child | undefined;
  #traffic: Report | undefined;
  #slowest = Number.POSITIVE_INFINITY;
  #changes: ReadonlyMap<string, Progress> = new Map();
  #phase = '';
  #scannedAt = '';
  #url = '';

  constructor(options: DemoOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#url;
  }

  /** Rejects with the abort's reason when interrupted; `close` must be called in any case. */
  async run(): Promise<DemoResult> {
    const { story, reporter, repo, state } = this.#options;
    const redraw = setInterval(() => this.#draw(), 150);
    try {
      const url = await this.#start();
      this.#url = url;
      reporter.say(this.#openAt(url));
      await this.#startTraffic(url);
      await using repository = await this.#options.openRepository();
      this.#phase = 'agents look for newer versions';
      await this.#options.scan();
      await this.#watch(repository);
      this.#phase = 'checking what is remembered, the audit log and the state';
      const remembered = await this.#options.remembered();
      const verified = await this.#options.verify();
      const seconds = (performance.now() - this.#started) / 1000;
      const changes = [...this.#changes.values()];
      const everyday = story.traffic.habits.filter(({ background }) => background).map(({ name }) => name);
      return { changes, ...verified, remembered, everyday, traffic: this.#totals(), seconds, repo, state };
    } finally {
      clearInterval(redraw);
      this.#phase = story.title;
    }
  }

  /** Ends everything that it started. */
  async close(): Promise<void> {
    await this.#users?.end(3_000);
    await this.#up?.end(15_000);
    await this.#registry?.close();
  }

  async #start(): Promise<string> {
    const { story, repo, state, port } = this.#options;
    this.#phase = 'building the service and starting it behind the router';
    this.#registry = await startInHouseRegistry({
      packagesDir: story.packagesDir,
      published: story.published,
    });
    const args = [
      'up',
      '--repo',
      repo,
      '--state',
      state,
      '--port',
      port,
      '--allow-unsigned-policy',
      '--ephemeral',
      '--json',
    ];
    const env = { [`npm_config_${story.scope}:registry`]: this.#registry.url };
    process.env[`npm_config_${story.scope}:registry`] = this.#registry.url;
    const up = new Child('autoland up', 'cli/main', { args, env });
    this.#up = up;
    const ready = new Promise<string>((resolve) => {
      up.onLine((line) => {
        if (line.event === 'ready') resolve(urlIn(line));
      });
    });
    await this.#race(up.until(ready));
    return ready;
  }

  #openAt(url: string): string {
    const { port } = this.#options;
    const taken = port === '0' || new URL(url).port === port ? '' : ` (port ${port} is in use)`;
    const pages = this.#options.story.pages.map(({ path, title }) => `  ${title}: ${new URL(path, url)}`);
    return [`The service is open: ${url}${taken}`, ...pages].join('\n');
  }

  async #startTraffic(origin: string): Promise<void> {
    this.#phase = 'simulated users arrive';
    const users = new Child('the simulated users', 'demo/traffic/main', {});
    this.#users = users;
    const warm = new Promise<void>((resolve) => {
      users.onLine((line) => {
        this.#take(line);
        if (Number(line.t) >= 3) resolve();
      });
    });
    users.send(
      `${JSON.stringify({ origin, traffic: this.#options.story.traffic, seed: randomInt(2 ** 31) })}\n`,
    );
    await this.#race(users.until(warm));
  }

  #take(line: JsonObject): void {
    const report = line as unknown as Report | Totals;
    if (!('final' in report) && report.t > 3) this.#slowest = Math.min(this.#slowest, report.rate);
    this.#traffic = 'final' in report ? report : this.#sum(report);
  }

  /** Seconds are reported apart; people want to see how much it was until now. */
  #sum(report: Report): Report {
    const before = this.#traffic;
    if (before === undefined) return report;
    const { answered, background, unexpected, dropped } = before;
    return {
      ...report,
      answered: answered + report.answered,
      background: background + report.background,
      unexpected: unexpected + report.unexpected,
      dropped: dropped + report.dropped,
    };
  }

  async #watch(repository: Repository): Promise<void> {
    let from = 0;
    this.#phase = '';
    for (;;) {
      const entries = await repository.store.read({ from });
      from += entries.length;
      for (const entry of entries) {
        this.#changes = follow(this.#changes, entry);
        if (entry.type === 'agents.scanned') this.#scannedAt = entry.at;
        this.#options.reporter.entry(entry, this.#changes.get(entry.change ?? ''));
      }
      if (this.#isOver()) return;
      await this.#race(new Promise((resolve) => setTimeout(resolve, 100)));
    }
  }

  /** An overtaken update is proposed anew: until agents have looked again, more may come. */
  #isOver(): boolean {
    return [...this.#changes.values()].every(
      ({ conclusion, endedAt }) =>
        conclusion !== null && (conclusion.code !== overtakenCode || (endedAt ?? '') < this.#scannedAt),
    );
  }

  #draw(): void {
    const { story, reporter } = this.#options;
    reporter.scene({
      title: story.title,
      phase: this.#phase,
      elapsedMs: performance.now() - this.#started,
      traffic: this.#traffic,
      changes: [...this.#changes.values()],
    });
  }

  #totals(): DemoResult['traffic'] {
    const traffic = this.#traffic;
    return {
      requests: traffic?.answered ?? 0,
      users: traffic?.usersSeen ?? 0,
      background: traffic?.background ?? 0,
      unexpected: traffic?.unexpected ?? 0,
      usersUnexpected: traffic?.usersUnexpected ?? 0,
      slowestSecond: Number.isFinite(this.#slowest) ? Math.round(this.#slowest) : 0,
    };
  }

  async #race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    return Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    ]);
  }
}

function urlIn({ services }: JsonObject): string {
  const [first] = Array.isArray(services) ? services : [];
  return String((first as JsonObject | undefined)?.url);
}
