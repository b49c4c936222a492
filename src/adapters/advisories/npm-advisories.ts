import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { Advisory, AdvisoryAnswer, AdvisorySource } from '../../domain/npm/advisories.ts';
import type { Advisories } from '../../ports/advisories.ts';
import type { AttemptLimits } from '../registry/attempts.ts';
import { HttpReader } from '../registry/http-reader.ts';
import type { NpmSettings } from '../registry/npm-settings.ts';
import { UpstreamRegistry } from '../registry/upstream.ts';
import { bulkQuestion, readBulk, type Version } from './npm-bulk.ts';
import { bare, batchQuestion, type OsvQuestion, readBatch, readDetails } from './osv.ts';

type Known = ReadonlyMap<string, readonly Advisory[]>;

const DEFAULTS: AttemptLimits = { totalMs: 12_000, retries: 1, backoffMs: 250, stallMs: 6_000 };
const ANSWER_BYTES = 32 * 1024 * 1024;
/** OSV takes a thousand. */
const ASKED_AT_ONCE = 500;
/** Of further answers, beside one for each of what is asked at once. */
const MAX_PAGES = 20;
/** Of how many the title and severity are asked for: the rest is named by its id. */
const MAX_DETAILS = 20;

/** Asks npm registries as `npm audit` does, or a server of the OSV API (https://osv.dev). */
export class NpmAdvisories implements Advisories {
  readonly #reader: HttpReader;
  readonly #upstream: UpstreamRegistry;

  constructor(settings: NpmSettings, limits: Partial<AttemptLimits> = {}) {
    this.#reader = new HttpReader(settings, { ...DEFAULTS, ...limits });
    this.#upstream = new UpstreamRegistry(settings);
  }

  async known(versions: readonly Version[], source: AdvisorySource): Promise<AdvisoryAnswer> {
    return source.from === 'osv' ? this.#askOsv(versions, source.url) : this.#askRegistries(versions);
  }

  /** Each about its own packages. */
  async #askRegistries(versions: readonly Version[]): Promise<AdvisoryAnswer> {
    const byRegistry = Map.groupBy(versions, ({ name }) => this.#upstream.registryOf(name));
    const known = new Map<string, readonly Advisory[]>();
    const silent: string[] = [];
    for (const [registry, own] of byRegistry) {
      const url = `${registry}-/npm/v1/security/advisories/bulk`;
      const text = await this.#read(url, bulkQuestion(own));
      if (text === undefined) silent.push(...own.map(keyOf));
      else for (const [key, all] of sense(url, () => readBulk(text, own))) known.set(key, all);
    }
    return { known, silent };
  }

  async #askOsv(versions: readonly Version[], base: string): Promise<AdvisoryAnswer> {
    const url = new URL('v1/', base.endsWith('/') ? base : `${base}/`).href;
    const ids = new Map<string, Set<string>>();
    let pending: readonly OsvQuestion[] = versions;
    const most = Math.ceil(versions.length / ASKED_AT_ONCE) + MAX_PAGES;
    for (let page = 0; pending.length > 0; page += 1) {
      if (page >= most) throw nonsense(url, 'its answer has no end');
      const asked = pending.slice(0, ASKED_AT_ONCE);
      const text = await this.#read(`${url}querybatch`, batchQuestion(asked));
      if (text === undefined) return { known: new Map(), silent: versions.map(keyOf) };
      const { found, more } = sense(url, () => readBatch(text, asked));
      for (const [key, own] of found) ids.set(key, new Set([...(ids.get(key) ?? []), ...own]));
      pending = [...pending.slice(ASKED_AT_ONCE), ...more];
    }
    return { known: await this.#withDetails(url, ids), silent: [] };
  }

  async #withDetails(url: string, ids: ReadonlyMap<string, ReadonlySet<string>>): Promise<Known> {
    const all = [...new Set([...ids.values()].flatMap((own) => [...own]))];
    const told = new Map<string, Advisory | undefined>();
    for (const [at, id] of all.entries()) {
      told.set(id, at < MAX_DETAILS ? await this.#details(url, id) : bare(id));
    }
    return new Map(
      [...ids].map(([key, own]) => [key, [...own].flatMap((id) => told.get(id) ?? [])] as const),
    );
  }

  /** That it is there is known already: without its title it counts all the same. */
  async #details(url: string, id: string): Promise<Advisory | undefined> {
    try {
      const text = await this.#read(`${url}vulns/${id}`);
      return text === undefined ? bare(id) : readDetails(text, id);
    } catch {
      return bare(id);
    }
  }

  async #read(url: string, body?: string): Promise<string | undefined> {
    const question = { url, name: 'advisories', accept: 'application/json', limit: ANSWER_BYTES };
    const bytes = await this.#reader.read(body === undefined ? question : { ...question, body });
    return bytes?.toString('utf8');
  }
}

const keyOf = ({ name, version }: Version) => `${name}@${version}`;

function sense<T>(url: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw nonsense(url, messageOf(cause).slice(0, 300), cause);
  }
}

function nonsense(url: string, found: string, cause?: unknown): AutolandError {
  const message = `expected advisories from ${new URL(url).host}: ${found}`;
  return new AutolandError('registry.invalid', message, { mend: 'name another source of advisories', cause });
}
