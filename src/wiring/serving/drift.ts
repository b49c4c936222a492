import { readFlagFile } from '../../adapters/flags/flag-file.ts';
import { FileReleaseStore } from '../../adapters/release-store/file-release-store.ts';
import { Troubles } from '../../adapters/runtime/troubles.ts';
import { messageOf } from '../../domain/errors.ts';
import { positionNote, readPosition, splitsOf } from '../../stages/7-rollout/position.ts';
import {
  type Drift,
  type DriftFacts,
  driftOf,
  driftTypes,
  type Remedy,
  standingDrift,
} from '../../views/drift.ts';
import { inProduction, type LedgerChange, standingFlags } from '../../views/ledger.ts';
import { stablesOf } from '../../views/production.ts';
import type { Repository } from '../place/repository.ts';
import { isChangingStable, type Keeper, keepStableRunning } from './stable.ts';

const lookMs = 2_000;
/** A release is some thousand files: hashing them is work. */
const hashMs = 10 * 60 * 1000;
/** Between two corrections of the same thing, at first; somebody may go on altering it. */
const pauseMs = { first: lookMs, most: 60_000 };

type Seen = Pick<DriftFacts, 'releases'>;

/** What runs and what was decided; undefined: nothing is stable yet. Rejects where it cannot be found out. */
export async function driftFacts(
  { repository, runtime }: Pick<Keeper, 'repository' | 'runtime'>,
  { releases }: Seen,
): Promise<DriftFacts | undefined> {
  const { place, flags } = repository;
  // Before the journal: what was decided in between is no drift.
  const [routes, running] = [await runtime.routes(), await runtime.running()];
  const open = isReadable(place.files.flags) ? await flags.all() : null;
  const ledger = await repository.ledger();
  if (ledger.production.size === 0) return undefined;
  const busy = inProduction(ledger);
  const routed = routes.flatMap(({ candidate }) => candidate?.flag ?? []);
  const standing = standingFlags(ledger);
  // The notes of a rollout of days are many: they are read only where the route does not say it.
  const isClear =
    open?.every(({ key, weight }) => weight === 0 || routed.includes(key) || standing.includes(key)) !==
    false;
  const [flag = routed[0] ?? null, ...others] =
    isClear || busy === undefined ? [] : await flagsOf(repository, busy);
  return {
    services: [...ledger.production.values()].map(({ stable, previous }) => ({
      stable,
      previous: previous?.digest ?? null,
      route: routes.find(({ service }) => service === stable.service) ?? null,
      running: running.filter(({ service }) => service === stable.service).map(({ digest }) => digest),
    })),
    busy: busy === undefined ? null : { releases: busy.releases, flag },
    standing: [...standing, ...others],
    flags: open,
    releases,
  };
}

/** What users are split by, and what else of it is open. */
async function flagsOf(repository: Repository, { id }: LedgerChange): Promise<readonly string[]> {
  const notes = await repository.store.read({ change: id, types: ['stage.noted'] });
  const last = notes.findLast(({ data }) => data.note === positionNote);
  const position = readPosition(last?.data.data as Parameters<typeof readPosition>[0]);
  return position === undefined ? [] : splitsOf(position).map(({ flag }) => flag);
}

function isReadable(path: string): boolean {
  try {
    readFlagFile(path);
    return true;
  } catch {
    return false;
  }
}

/** Hashes anew what runs. */
export async function releasesNow(repository: Repository): Promise<DriftFacts['releases']> {
  const ledger = await repository.ledger();
  const built = [...stablesOf(ledger.production), ...(inProduction(ledger)?.releases ?? [])];
  const store = new FileReleaseStore(repository.place.files.releases);
  return Promise.all([...new Set(built.map(({ digest }) => digest))].map((digest) => hashed(store, digest)));
}

async function hashed(store: FileReleaseStore, digest: string): Promise<DriftFacts['releases'][number]> {
  try {
    const found = await store.get(digest);
    return {
      digest,
      ok: found !== undefined,
      detail: found === undefined ? 'it is not in the store' : 'whole',
    };
  } catch (thrown) {
    return { digest, ok: false, detail: messageOf(thrown) };
  }
}

/** Looks again and again, journals what it finds, and corrects what only lowers exposure or restores what was decided. */
export function watchDrift(keeper: Keeper): { stop(): void } {
  const watch = new DriftWatch(keeper);
  const troubles = new Troubles();
  const timer = setInterval(
    () => void troubles.contain('comparing what runs with what should', () => watch.look()),
    lookMs,
  );
  return { stop: () => clearInterval(timer) };
}

export class DriftWatch {
  readonly #keeper: Keeper;
  readonly #now: () => number;
  /** Seen at the last look: only what is seen twice counts, since between two steps of a change things move. */
  #seen: ReadonlySet<string> = new Set();
  #standing: Set<string> | undefined;
  readonly #acted = new Map<string, { readonly times: number; readonly at: number }>();
  #releases: DriftFacts['releases'] = [];
  #hashedAt: number;
  #busy = false;

  constructor(keeper: Keeper, now: () => number = () => performance.now()) {
    this.#keeper = keeper;
    this.#now = now;
    // What starts is hashed at its start.
    this.#hashedAt = now();
  }

  async look(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#look();
    } finally {
      this.#busy = false;
    }
  }

  async #look(): Promise<void> {
    const { repository } = this.#keeper;
    const before = this.#seen;
    this.#seen = new Set();
    if (await isChangingStable(repository)) return;
    if (this.#now() - this.#hashedAt >= hashMs) {
      this.#releases = await releasesNow(repository);
      this.#hashedAt = this.#now();
    }
    const facts = await driftFacts(this.#keeper, { releases: this.#releases });
    const found = facts === undefined ? [] : driftOf(facts);
    this.#seen = new Set(found.map(({ key }) => key));
    const standing = await this.#known();
    for (const drift of found) if (before.has(drift.key)) await this.#meet(drift, standing);
    for (const key of [...standing])
      if (!this.#seen.has(key) && !before.has(key)) await this.#settle('drift.gone', key, standing);
  }

  async #meet(drift: Drift, standing: Set<string>): Promise<void> {
    const { repository } = this.#keeper;
    const { key, what, detail, remedy } = drift;
    if (!standing.has(key)) {
      await repository.record('drift.found', 'deployer', { key, what, detail, remedy: remedy.kind });
      standing.add(key);
    }
    if (remedy.kind === 'tell' || !this.#mayAct(key)) return;
    await this.#act(remedy);
    await this.#settle('drift.corrected', key, standing);
  }

  /** Each time after a longer pause. */
  #mayAct(key: string): boolean {
    const last = this.#acted.get(key) ?? { times: 0, at: Number.NEGATIVE_INFINITY };
    if (this.#now() - last.at < Math.min(pauseMs.most, pauseMs.first * 2 ** last.times)) return false;
    this.#acted.set(key, { times: last.times + 1, at: this.#now() });
    return true;
  }

  async #act(remedy: Remedy): Promise<void> {
    const { repository, runtime } = this.#keeper;
    switch (remedy.kind) {
      case 'restore-stable':
        return keepStableRunning(this.#keeper);
      case 'stop':
        return runtime.stop(remedy.service, remedy.digest);
      case 'kill':
        return repository.flags.kill(remedy.flag, 'drift');
      case 'tell':
        return;
    }
  }

  async #settle(type: 'drift.corrected' | 'drift.gone', key: string, standing: Set<string>): Promise<void> {
    await this.#keeper.repository.record(type, 'deployer', { key });
    standing.delete(key);
  }

  /** What a process before this one found. */
  async #known(): Promise<Set<string>> {
    const { store } = this.#keeper.repository;
    this.#standing ??= new Set(standingDrift(await store.read({ types: driftTypes })).map(({ key }) => key));
    return this.#standing;
  }
}
