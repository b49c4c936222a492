import { readCrashBook, writeCrashBook } from '../../adapters/crashes/crash-file.ts';
import { ReleaseSymboliser } from '../../adapters/crashes/release-symboliser.ts';
import {
  type CrashBook,
  recordIn,
  roomIn,
  type Sighting,
  someFrames,
  takeIn,
} from '../../domain/crashes/book.ts';
import type {
  ClaimedExceptions,
  InstanceExceptions,
  ReportedException,
} from '../../domain/crashes/exception.ts';
import { signatureOf } from '../../domain/crashes/signature.ts';
import { plainText } from '../../domain/plain.ts';
import type { ExceptionSource } from '../../ports/exceptions.ts';
import type { Redactor } from '../../ports/redactor.ts';
import type { ReleaseStore } from '../../ports/release-store.ts';
import { type CrashesView, crashSeen, crashSeenType, viewCrashes } from '../../views/crashes.ts';
import { lookOften } from '../look-often.ts';
import type { Repository } from '../place/repository.ts';
import type { Places, VersionSource } from './crash-versions.ts';

const lookMs = 2_000;
/** Of one look: each new message is looked through for secrets. */
const mostNew = 20;
const longestMessage = 300;
const unread = '(not kept: it could not be looked through for secrets)';

/** `autoland crashes`, from files alone. */
export async function readCrashes(repository: Repository): Promise<CrashesView> {
  return viewCrashes(readCrashBook(repository.place.files.crashes), await repository.ledger());
}

export type CrashWatchDeps = {
  readonly repository: Pick<Repository, 'place' | 'store' | 'clock'>;
  readonly exceptions: ExceptionSource;
  readonly releases: Pick<ReleaseStore, 'get'>;
  /** What a version that runs elsewhere is, by what it claims; absent: nobody is believed. */
  readonly versions?: VersionSource;
  readonly redactor: Redactor;
};

/** Counts what versions say of their exceptions, by where in the sources they were. */
export function watchCrashes(deps: CrashWatchDeps): { stop(): Promise<void> } {
  const watch = new CrashWatch(deps);
  return lookOften(() => watch.look(), { ms: lookMs, trouble: 'crashes could not be counted' });
}

type Found = { readonly sightings: readonly Sighting[]; readonly dropped: number };

export class CrashWatch {
  readonly #deps: CrashWatchDeps;
  readonly #symboliser: ReleaseSymboliser;

  constructor(deps: CrashWatchDeps) {
    this.#deps = deps;
    this.#symboliser = new ReleaseSymboliser(deps.releases);
  }

  async look(): Promise<void> {
    const { exceptions, repository } = this.#deps;
    const [told, claimed] = [await exceptions.takeExceptions(), await exceptions.takeClaimed()];
    if (told.length + claimed.length === 0) return;
    const path = repository.place.files.crashes;
    const before = readCrashBook(path);
    const found = await this.#found([...told, ...claimed]);
    const now = repository.clock.now();
    const kept = await this.#redacted(before, found, now);
    const { book, news } = takeIn(before, kept.sightings, { now, dropped: kept.dropped });
    // First: a process that is killed in between must not have forgotten it.
    for (const one of news) {
      const { signature, service } = one.record;
      const digits = String(one.total).length;
      await repository.store.append({
        events: [{ type: crashSeenType, actor: 'deployer', data: crashSeen(one) }],
        once: `${crashSeenType} ${service} ${signature} ${digits}`,
      });
    }
    writeCrashBook(path, book);
  }

  async #found(told: readonly (InstanceExceptions | ClaimedExceptions)[]): Promise<Found> {
    const all = new Map<string, Sighting>();
    let dropped = 0;
    for (const of of told) {
      dropped += of.dropped;
      const where = 'digest' in of ? this.#placesIn(of.digest) : await this.#deps.versions?.placesOf(of);
      for (const exception of of.exceptions) {
        const found = where && (await sighting(exception, of.service, where));
        if (found === undefined) {
          dropped += exception.count;
          continue;
        }
        const key = JSON.stringify([found.service, found.digest, found.signature]);
        all.set(key, { ...found, count: found.count + (all.get(key)?.count ?? 0) });
      }
    }
    return { sightings: [...all.values()], dropped };
  }

  #placesIn(digest: string): Places {
    const find: Places['find'] = (stack) => this.#symboliser.symbolise(digest, stack);
    return { digest, find };
  }

  /** The message of what is new without its secrets; what is beyond the limit, or has no place, waits until it is met again. */
  async #redacted(book: CrashBook, { sightings, dropped }: Found, now: Date): Promise<Found> {
    const [known, fresh]: [Sighting[], Sighting[]] = [[], []];
    for (const one of sightings) {
      const before = recordIn(book, one);
      // Forgotten meanwhile, it is new again: no other message of it may ever be written.
      if (before === undefined) fresh.push(one);
      else known.push({ ...one, message: before.message });
    }
    const placed = [...Map.groupBy(fresh, ({ service }) => service)].flatMap(([service, all]) =>
      all.slice(0, roomIn(book, service, now)),
    );
    const taken = placed.slice(0, mostNew);
    const left = fresh.filter((one) => !taken.includes(one));
    const texts = taken.map(({ message }, at) => ({ id: String(at), path: 'message.txt', text: message }));
    const clean = await this.#deps.redactor.redact(texts);
    // Cut only now: nothing recognises the half of a credential.
    const redacted = taken.map((one, at) => ({
      ...one,
      message: plainText(clean.get(String(at))?.text ?? unread, longestMessage),
    }));
    return {
      sightings: [...known, ...redacted],
      dropped: dropped + left.reduce((sum, { count }) => sum + count, 0),
    };
  }
}

/** undefined: nothing of the project is in its stack. */
async function sighting(
  { errorType, message, frames: stack, count }: ReportedException,
  service: string,
  { digest, find }: Places,
): Promise<Sighting | undefined> {
  const symbolised = await find(stack);
  const frames = someFrames(symbolised?.frames ?? []);
  if (symbolised === undefined || frames === undefined) return undefined;
  const signature = signatureOf(errorType, frames);
  return { signature, service, digest, commit: symbolised.commit, errorType, message, frames, count };
}
