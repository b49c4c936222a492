import { FileBlobStore } from '../../adapters/blob-store/file-blob-store.ts';
import { WrappingKeys } from '../../adapters/keys/wrapping-keys.ts';
import { exclusively } from '../../adapters/store/exclusively.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import {
  foldRecordings,
  type Recorded,
  type Recordings,
  type RecordingsCheck,
  type RecordingTrouble,
  recordingTypes,
} from '../../views/recordings.ts';
import type { Place } from '../place/place.ts';
import type { Repository } from '../place/repository.ts';

export function blobsOf({ files }: Place): FileBlobStore {
  return new FileBlobStore(files.blobs, new WrappingKeys(files.wrappingKeys));
}

export async function readRecordings({ store }: Pick<Repository, 'store'>): Promise<Recordings> {
  return foldRecordings(await store.read({ types: recordingTypes }));
}

/** Whether every blob that the journal names is there and is what was named, and what was erased is gone. */
export async function examineRecordings(
  repository: Pick<Repository, 'store' | 'place'>,
): Promise<RecordingsCheck> {
  const blobs = blobsOf(repository.place);
  // The journal first: a blob is written before its entry.
  const named = [...(await readRecordings(repository)).blobs.values()];
  const found: RecordingTrouble[] = [];
  for (const one of named) found.push(...(await troubleWith(one, blobs)));
  const troubles = found.length === 0 ? found : await lookAgain(repository, found);
  const erased = named.filter((one) => one.erased !== null).length;
  return { kept: named.length - erased, erased, troubles };
}

async function troubleWith(
  { index, owner, content, erased }: Recorded,
  blobs: BlobStore,
): Promise<readonly RecordingTrouble[]> {
  const trouble = (kind: RecordingTrouble['kind'], detail: string) => [{ entry: index, kind, detail }];
  if (erased !== null) {
    const isThere = (await blobs.list(owner)).includes(content);
    return isThere ? trouble('not-erased', `entry ${erased} has it erased, and it is still there`) : [];
  }
  try {
    if ((await blobs.get(owner, content)) !== undefined) return [];
    return trouble('missing', `${content} of ${owner} is not there, and nobody had it erased`);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    return trouble(thrown.code === 'blob.corrupt' ? 'altered' : 'unreadable', messageOf(thrown));
  }
}

/** What a person has erased meanwhile, or was erasing, is no trouble. */
async function lookAgain(
  repository: Pick<Repository, 'store' | 'place'>,
  found: readonly RecordingTrouble[],
): Promise<readonly RecordingTrouble[]> {
  const look = async () => {
    const blobs = blobsOf(repository.place);
    const wrong = new Set(found.map(({ entry }) => entry));
    const named = [...(await readRecordings(repository)).blobs.values()];
    const again: RecordingTrouble[] = [];
    for (const one of named.filter(({ index }) => wrong.has(index)))
      again.push(...(await troubleWith(one, blobs)));
    return again;
  };
  // An erasure under way holds the lock. On a copy that nobody can write to there is none, and no lock either.
  return exclusively(repository.place.files.recordingLock, look).catch(look);
}
