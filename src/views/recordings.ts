import { type BlobOwner, type Commitment, isBlobOwner, isCommitment } from '../domain/blob.ts';
import type { Entry } from '../domain/journal.ts';

/** The event types that name blobs, or tell that some were erased. */
export const recordingTypes = ['model.asked', 'tool.called', 'recording.erasing', 'recording.erased'];

/** Who erases by age: no person, and no role with a key. */
export const retention = 'retention';

/** One blob that the journal names. */
export type Recorded = {
  /** Of the entry that names it. */
  readonly index: number;
  /** RFC 3339: when it was said. */
  readonly at: string;
  readonly owner: BlobOwner;
  readonly content: Commitment;
  /** Of the entry by which it was erased; null: it must be there. */
  readonly erased: number | null;
};

/** A person's act, or that of an age that people have set: these blobs of an owner, or all that were named until then. */
export type Erasure = {
  readonly index: number;
  readonly owner: BlobOwner;
  readonly contents: readonly Commitment[];
  readonly by: string;
  readonly reason: string;
  /** false: it was cut off before it had removed all. */
  readonly isDone: boolean;
};

export type Recordings = {
  readonly blobs: ReadonlyMap<Commitment, Recorded>;
  readonly erasures: readonly Erasure[];
};

/** What the journal says about blobs. Only what a person ordered counts as an erasure, or an age that all of it has reached. */
export function foldRecordings(entries: readonly Entry[]): Recordings {
  const blobs = new Map<Commitment, Recorded>();
  const erasures: Erasure[] = [];
  for (const entry of entries) {
    const { owner, content } = entry.data;
    if (!isOwner(owner)) continue;
    if (entry.type === 'recording.erasing') {
      const erasure = erasureOf(entry, owner, blobs);
      if (!entry.actor.startsWith('person:') && !isOfAge(entry, erasure, blobs)) continue;
      erasures.push(erasure);
      for (const each of erasure.contents) mark(blobs, each, entry.index);
    } else if (entry.type === 'recording.erased') {
      const at = erasures.findIndex(({ index }) => index === entry.data.act);
      const done = erasures[at];
      if (done !== undefined) erasures[at] = { ...done, isDone: true };
    } else if (isCommitment(content))
      blobs.set(content, { index: entry.index, at: entry.at, owner, content, erased: null });
  }
  return { blobs, erasures };
}

function isOwner(value: unknown): value is BlobOwner {
  return typeof value === 'string' && isBlobOwner(value);
}

function erasureOf(entry: Entry, owner: BlobOwner, blobs: Recordings['blobs']): Erasure {
  const { contents, reason } = entry.data;
  const own = [...blobs.values()].filter((blob) => blob.owner === owner).map(({ content }) => content);
  const wanted = Array.isArray(contents) ? own.filter((content) => contents.includes(content)) : own;
  return {
    index: entry.index,
    owner,
    contents: wanted,
    by: entry.actor,
    reason: String(reason),
    isDone: false,
  };
}

const dayMs = 24 * 60 * 60 * 1000;

/** Whatever the entry says: whoever could write it must not get rid of what is younger than the age that it names. */
function isOfAge({ actor, at, data }: Entry, { contents }: Erasure, blobs: Recordings['blobs']): boolean {
  const { keepDays } = data;
  if (actor !== retention || typeof keepDays !== 'number' || !(keepDays >= 1)) return false;
  const before = Date.parse(at) - keepDays * dayMs;
  return contents.every((content) => Date.parse(blobs.get(content)?.at ?? at) <= before);
}

function mark(blobs: Map<Commitment, Recorded>, content: Commitment, erased: number): void {
  const blob = blobs.get(content);
  if (blob !== undefined && blob.erased === null) blobs.set(content, { ...blob, erased });
}

/** What is wrong with one blob that an entry names. */
export type RecordingTrouble = {
  readonly entry: number;
  readonly kind: 'missing' | 'altered' | 'unreadable' | 'not-erased';
  readonly detail: string;
};

export type RecordingsCheck = {
  readonly kept: number;
  readonly erased: number;
  readonly troubles: readonly RecordingTrouble[];
};

/** Of whom nothing has been said for so long, and nothing is going on any more; with what there is of each. */
export function outlived(
  { blobs }: Recordings,
  ended: (owner: BlobOwner) => Date | null,
  { keepDays, now }: { readonly keepDays: number; readonly now: Date },
): ReadonlyMap<BlobOwner, number> {
  const before = now.getTime() - keepDays * dayMs;
  const kept = Map.groupBy(
    [...blobs.values()].filter(({ erased }) => erased === null),
    ({ owner }) => owner,
  );
  const old = [...kept].filter(([owner, own]) => {
    const end = ended(owner);
    // One at a time would take from younger ones what they share with it.
    return end !== null && end.getTime() <= before && own.every(({ at }) => Date.parse(at) <= before);
  });
  return new Map(old.map(([owner, own]) => [owner, own.length]));
}
