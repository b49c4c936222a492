import type { Sha } from '../change.ts';
import type { Crash, CrashFrame } from '../crash.ts';

/** How often one release met a crash. Times are RFC 3339. */
export type CrashCount = {
  readonly digest: string;
  readonly commit: Sha;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
};

export type CrashRecord = Omit<Crash, 'count' | 'firstSeen' | 'lastSeen' | 'commit'> & {
  /** The one that met it last stands last; never empty. */
  readonly releases: readonly [CrashCount, ...CrashCount[]];
};

/** All that production showed. */
export type CrashBook = {
  readonly crashes: readonly CrashRecord[];
  /** Exceptions that were counted and not kept: too many kinds, or nothing of the project in their stack. */
  readonly dropped: number;
};

export const emptyBook: CrashBook = { crashes: [], dropped: 0 };

/** A crash as one release met it, `count` times more. */
export type Sighting = Omit<Crash, 'firstSeen' | 'lastSeen'> & { readonly digest: string };

export const bookLimits = {
  /** Of one service. */
  crashes: 100,
  /** Of one crash. */
  releases: 5,
  /** After so long without it, a crash is forgotten. */
  days: 30,
  /** After so long it makes room for others. */
  idleHours: 24,
} as const;

const hourMs = 3_600_000;

/** What the journal is to say: that a crash is new, or how often it was met, whenever that has another digit. */
export type CrashNews = { readonly record: CrashRecord; readonly digest: string; readonly total: number };

/** Of all releases that are remembered. */
export function totalOf({ releases }: CrashRecord): number {
  return releases.reduce((sum, { count }) => sum + count, 0);
}

/** As one release met it. undefined: it never did. */
export function crashIn(record: CrashRecord, digest: string): Crash | undefined {
  const found = record.releases.find((one) => one.digest === digest);
  if (found === undefined) return undefined;
  const { releases: _, ...crash } = record;
  const { commit, count, firstSeen, lastSeen } = found;
  return { ...crash, commit, count, firstSeen: new Date(firstSeen), lastSeen: new Date(lastSeen) };
}

/** A version that autoland did not build is named by the commit that it claims to be of. */
const commitMark = 'commit:';
export const unbuilt = (commit: Sha): string => `${commitMark}${commit}`;

/** As what serves users now met it; `stable` undefined: autoland runs no such service, and the one that was heard last counts. */
export function crashNow(record: CrashRecord, stable: string | undefined): Crash | undefined {
  const digest = stable ?? record.releases.findLast((one) => one.digest.startsWith(commitMark))?.digest;
  return digest === undefined ? undefined : crashIn(record, digest);
}

/** undefined: it has no place yet. */
export function recordIn(
  { crashes }: CrashBook,
  of: Pick<Sighting, 'service' | 'signature'>,
): CrashRecord | undefined {
  return crashes.find((one) => isSame(one, of));
}

/** Takes sightings in. However many kinds are told of, book and news stay small. */
export function takeIn(
  book: CrashBook,
  sightings: readonly Sighting[],
  { now, dropped }: { readonly now: Date; readonly dropped: number },
): { readonly book: CrashBook; readonly news: readonly CrashNews[] } {
  let crashes = book.crashes.filter((one) => !isForgotten(one, now));
  let lost = book.dropped + dropped;
  const news: CrashNews[] = [];
  for (const sighting of sightings) {
    const before = crashes.find((one) => isSame(one, sighting));
    const room = before === undefined ? withRoom(crashes, sighting.service, now) : crashes;
    if (room === undefined) {
      lost += sighting.count;
      continue;
    }
    const record = joined(before, sighting, now.toISOString());
    crashes = [...room.filter((one) => one !== before), record];
    const total = totalOf(record);
    if (before === undefined || digits(total) > digits(totalOf(before)))
      news.push({ record, digest: sighting.digest, total });
  }
  return { book: { crashes, dropped: lost }, news };
}

function joined(before: CrashRecord | undefined, sighting: Sighting, at: string): CrashRecord {
  const { digest, commit, count, ...crash } = sighting;
  const known = before?.releases.find((one) => one.digest === digest);
  const others = (before?.releases ?? []).filter((one) => one !== known).slice(1 - bookLimits.releases);
  const release = {
    digest,
    commit,
    count: (known?.count ?? 0) + count,
    firstSeen: known?.firstSeen ?? at,
    lastSeen: at,
  };
  const [first, ...rest] = [...others, release];
  const { signature, service, errorType, message } = before ?? crash;
  // Where its code has moved, the newest place counts.
  return {
    signature,
    service,
    errorType,
    message,
    frames: crash.frames,
    releases: [first ?? release, ...rest],
  };
}

/** How many new crashes of a service there are places for. */
export function roomIn({ crashes }: CrashBook, service: string, now: Date): number {
  const kept = crashes.filter((one) => one.service === service && !isForgotten(one, now));
  return bookLimits.crashes - kept.filter(({ releases }) => !isIdle(releases, now)).length;
}

function isForgotten({ releases }: CrashRecord, now: Date): boolean {
  return ageHours(releases, now) >= bookLimits.days * 24;
}

function isIdle(releases: CrashRecord['releases'], now: Date): boolean {
  return ageHours(releases, now) >= bookLimits.idleHours;
}

/** undefined: all places of the service are taken by what was seen lately. */
function withRoom(
  crashes: readonly CrashRecord[],
  service: string,
  now: Date,
): readonly CrashRecord[] | undefined {
  const own = crashes.filter((one) => one.service === service);
  if (own.length < bookLimits.crashes) return crashes;
  const oldest = own.toSorted((one, other) => ageHours(other.releases, now) - ageHours(one.releases, now))[0];
  if (oldest === undefined || !isIdle(oldest.releases, now)) return undefined;
  return crashes.filter((one) => one !== oldest);
}

function ageHours(releases: CrashRecord['releases'], now: Date): number {
  const last = releases.at(-1) ?? releases[0];
  return (now.getTime() - Date.parse(last.lastSeen)) / hourMs;
}

function digits(count: number): number {
  return String(count).length;
}

function isSame(
  one: Pick<Sighting, 'service' | 'signature'>,
  other: Pick<Sighting, 'service' | 'signature'>,
): boolean {
  return one.service === other.service && one.signature === other.signature;
}

/** The frames as a crash has them. undefined: there is none. */
export function someFrames(frames: readonly CrashFrame[]): Crash['frames'] | undefined {
  const [first, ...others] = frames;
  return first && [first, ...others];
}
