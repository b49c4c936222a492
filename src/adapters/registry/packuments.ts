import { LRUCache } from 'lru-cache';
import { Limiter } from '../../domain/limiter.ts';
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

// Each may be as large as the limit, and jobs in the sandbox choose what is asked for.
const MAX_CACHED = 200;
const MAX_AT_ONCE = 8;

/** The registry's documents about packages, each asked for once in a while. */
export class Packuments {
  readonly #before: () => Date | undefined;
  readonly #known: LRUCache<string, { readonly packument: Packument | undefined }>;

  constructor({ settings, before, limits, cacheMs }: PackumentsOptions) {
    const upstream = new UpstreamRegistry(settings, limits);
    const limiter = new Limiter(MAX_AT_ONCE);
    this.#before = before ?? (() => undefined);
    this.#known = new LRUCache({
      max: MAX_CACHED,
      ttl: cacheMs ?? 30_000,
      ignoreFetchAbort: true,
      // What fails is not kept.
      fetchMethod: async (name) => ({ packument: await limiter.run(() => upstream.packument(name)) }),
    });
  }

  /** undefined: there is no such package. Rejects with `registry.unreachable` or `registry.invalid`. */
  async get(name: string): Promise<Packument | undefined> {
    const { packument } = await this.#known.forceFetch(name);
    return packument === undefined ? undefined : asOf(packument, this.#before());
  }
}
