import { type BlobOwner, type Commitment, isBlobOwner, isCommitment } from '../domain/blob.ts';
import type { Entry } from '../domain/journal.ts';

/** The event types that name blobs, or tell that some were erased. */
export const recordingTypes = ['model.asked', 'tool.called', 'recording.erasing', 'recording.erased'];

/** One blob that the journal names. */
export type Recorded = {
  /** Of the entry that names it. */
  readonly index: number;
  readonly owner: BlobOwner;
  readonly content: Commitment;
  /** Of the entry by which a person had it erased; null: it must be there. */
  readonly erased: number | null;
};

/** A person's act: these blobs of an owner, or all that were named until then. */
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

/** What the journal says about blobs. Only what a person ordered counts as an erasure. */
export function foldRecordings(entries: readonly Entry[]): Recordings {
  const blobs = new Map<Commitment, Recorded>();
  const erasures: Erasure[] = [];
  for (const entry of entries) {
    const { owner, content } = entry.data;
    if (!isOwner(owner)) continue;
    if (entry.type === 'recording.erasing') {
      if (!entry.actor.startsWith('person:')) continue;
      const erasure = erasureOf(entry, owner, blobs);
      erasures.push(erasure);
      for (const each of erasure.contents) mark(blobs, each, entry.index);
    } else if (entry.type === 'recording.erased') {
      const at = erasures.findIndex(({ index }) => index === entry.data.act);
      const done = erasures[at];
      if (done !== undefined) erasures[at] = { ...done, isDone: true };
    } else if (isCommitment(content))
      blobs.set(content, { index: entry.index, owner, content, erased: null });
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
