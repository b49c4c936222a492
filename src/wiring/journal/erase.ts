import { exclusively } from '../../adapters/store/exclusively.ts';
import { type BlobOwner, isCommitment } from '../../domain/blob.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/journal.ts';
import { counted } from '../../domain/words.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { LedgerChange } from '../../views/ledger.ts';
import { type Erasure, outlived, retention } from '../../views/recordings.ts';
import { blobsOf, readRecordings } from '../models/recordings.ts';
import { subjectOf } from '../models/show.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';

export type EraseOrder = {
  readonly by: string;
  readonly reason: string;
  /** The index of one entry; null: all that is recorded. */
  readonly entry: number | null;
  readonly dryRun: boolean;
};

export type Erased = {
  readonly id: string;
  /** How many recordings are, or would be, gone. */
  readonly count: number;
  /** Tasks that the change names and of which something is kept: the change's word erases nothing of them. */
  readonly tasks: readonly BlobOwner[];
};

/** `autoland audit erase`: a person's act. Each is journalled before anything is removed; one that was cut off before is ended. */
export async function eraseRecordings(
  options: PlaceOptions,
  name: string,
  order: EraseOrder,
): Promise<Erased> {
  await using repository = await openRepository(options, 'update');
  const { id, owners } = await subjectOf(repository, name);
  // A proposal may name whichever task it likes: a person erases what that person names.
  const [owner, ...named] = owners;
  if (owner === undefined) throw new TypeError(`${id} can own no recording`);
  return await exclusively(repository.place.files.recordingLock, async () => {
    const { blobs } = await readRecordings(repository);
    const wanted = [...blobs.values()].filter(
      (one) => one.owner === owner && one.erased === null && (order.entry ?? one.index) === one.index,
    );
    if (order.entry !== null && wanted.length === 0) throw notThere(id, order.entry);
    const kept = [...blobs.values()].filter(({ erased }) => erased === null);
    const tasks = named.filter((task) => kept.some((one) => one.owner === task));
    const erased = { id, count: wanted.length, tasks };
    if (order.dryRun || wanted.length === 0) return erased;
    const contents = order.entry === null ? null : wanted.map(({ content }) => content);
    await repository.store.append({ events: [erasing(owner, contents, order)] });
    await carryOut(repository);
    return erased;
  });
}

/**
 * Erases what was said about changes that ended longer ago than `retention.recordings.keepDays` of the protected branch; null: nothing. What
 * belongs to a change that is under way stays, however old. Answers of how many.
 */
export async function eraseByAge(repository: Repository, rules: RulesSource): Promise<number> {
  const { keepDays } = (await rules.load()).config.retention.recordings;
  if (keepDays === null) return 0;
  return exclusively(repository.place.files.recordingLock, async () => {
    const recordings = await readRecordings(repository);
    const { changes } = await repository.ledger();
    const now = repository.clock.now();
    const old = [...outlived(recordings, endIn(changes.values()), { keepDays, now }).keys()];
    for (const owner of old) {
      const reason = `Older than ${counted(keepDays, 'day')} (retention.recordings.keepDays).`;
      const data = { owner, contents: null, reason, keepDays };
      const event = { type: 'recording.erasing', actor: retention, data, ...changeOf(owner) };
      await repository.store.append({ events: [event] });
    }
    if (old.length > 0) await carryOut(repository);
    return old.length;
  });
}

/** When the last change ended that it belongs to; null: one has not. A task that brought no change has ended with what was said in it. */
function endIn(changes: Iterable<LedgerChange>): (owner: BlobOwner) => Date | null {
  const ends = new Map<string, readonly (string | null)[]>();
  for (const { id, concludedAt, proposal } of changes)
    for (const name of [id, `task_${String(proposal.record.task ?? '')}`])
      ends.set(name, [...(ends.get(name) ?? []), concludedAt]);
  return (owner) => {
    const all = ends.get(owner) ?? (owner.startsWith('task_') ? [] : [null]);
    const times = all.map((at) => (at === null ? Number.NaN : Date.parse(at)));
    const last = Math.max(0, ...times);
    return Number.isNaN(last) ? null : new Date(last);
  };
}

/** Ends what was ordered and cut off. */
export async function finishErasures(repository: Repository): Promise<void> {
  if ((await readRecordings(repository)).erasures.every(({ isDone }) => isDone)) return;
  await exclusively(repository.place.files.recordingLock, () => carryOut(repository));
}

async function carryOut(repository: Repository): Promise<void> {
  const { blobs, erasures } = await readRecordings(repository);
  for (const erasure of erasures.filter(({ isDone }) => !isDone)) {
    const { owner, contents, index } = erasure;
    const stays = [...blobs.values()].some((one) => one.owner === owner && one.erased === null);
    // With nothing left that has to stay, the owner's key goes too.
    await blobsOf(repository.place).erase(owner, ...(stays ? [contents] : []));
    await repository.store.append({ events: [done(erasure, index)] });
  }
}

function erasing(owner: BlobOwner, contents: readonly string[] | null, order: EraseOrder): NewEvent {
  const { by, reason } = order;
  const data = { owner, contents: contents?.filter(isCommitment) ?? null, reason };
  return { type: 'recording.erasing', actor: by, data, ...changeOf(owner) };
}

function done({ owner, contents }: Erasure, act: number): NewEvent {
  return {
    type: 'recording.erased',
    actor: 'recorder',
    data: { owner, act, count: contents.length },
    ...changeOf(owner),
  };
}

function changeOf(owner: BlobOwner): { readonly change?: string } {
  return owner.startsWith('chg_') ? { change: owner } : {};
}

/** `autoland audit rotate`: key files that were copied, or saved from a disk, open nothing any more. */
export async function rotateWrappingKey(
  options: PlaceOptions,
  order: { readonly by: string; readonly reason: string },
): Promise<{ readonly owners: number; readonly kid: string }> {
  await using repository = await openRepository(options, 'update');
  const { place } = repository;
  return await exclusively(place.files.recordingLock, async () => {
    const blobs = blobsOf(place);
    if ((await blobs.owners()).length === 0)
      throw new AutolandError('usage', 'expected something that is recorded, found nothing', {
        mend: 'there is no key yet: it is made when something is recorded first',
      });
    const rotated = await blobs.rotate();
    await repository.record('recording.rotated', order.by, { ...rotated, reason: order.reason });
    return rotated;
  });
}

function notThere(id: string, entry: number): AutolandError {
  return new AutolandError('usage', `expected a recording of ${id} in entry ${entry}, found none`, {
    mend: `autoland show ${id} lists them; what is erased already is none`,
  });
}
