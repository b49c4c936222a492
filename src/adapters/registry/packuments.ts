import type { NpmSettings } from './npm-settings.ts';
import { asOf, type Packument } from './packument.ts';
import { type UpstreamLimits, UpstreamRegistry } from './upstream.ts';

export type PackumentsOptions = {
  readonly settings: NpmSettings;
  /** What was published later does not exist; undefined or absent: everything does. */
  readonly before?: () => Date | undefined;
  readonly limits?: Partial<UpstreamLimits>;
  /** How long an answer about a package is kept; default 30 s. */
  readonly cacheMs?: number;
};

const MAX_CACHED = 500;

/** The registry's documents about packages, each asked for once in a while. */
export class Packuments {
  readonly #upstream: UpstreamRegistry;
  readonly #before: () => Date | undefined;
  readonly #cacheMs: number;
  readonly #known = new Map<string, { until: number; answer: Promise<Packument | undefined> }>();

  constructor({ settings, before, limits, cacheMs }: PackumentsOptions) {
    this.#upstream = new UpstreamRegistry(settings, limits);
    this.#before = before ?? (() => undefined);
    this.#cacheMs = cacheMs ?? 30_000;
  }

  /** undefined: there is no such package. Rejects with `registry.unreachable` or `registry.invalid`. */
  async get(name: string): Promise<Packument | undefined> {
    const known = this.#known.get(name);
    if (known === undefined || performance.now() >= known.until) this.#known.delete(name);
    const entries = this.#known;
    if (!entries.has(name)) {
      const answer = this.#upstream.packument(name);
      makeRoom(entries);
      entries.set(name, { until: performance.now() + this.#cacheMs, answer });
      // A failure is not an answer.
      answer.catch(() => entries.delete(name));
    }
    const packument = await entries.get(name)?.answer;
    return packument === undefined ? undefined : asOf(packument, this.#before());
  }
}

/** For one more. */
export function makeRoom(cache: Map<string, unknown>): void {
  const [oldest] = cache.keys();
  if (cache.size >= MAX_CACHED && oldest !== undefined) cache.delete(oldest);
}
