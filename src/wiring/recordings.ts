import { FileBlobStore } from '../adapters/blob-store/file-blob-store.ts';
import { WrappingKeys } from '../adapters/keys/wrapping-keys.ts';
import { AutolandError, messageOf } from '../domain/errors.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import {
  foldRecordings,
  type Recorded,
  type Recordings,
  type RecordingsCheck,
  type RecordingTrouble,
  recordingTypes,
} from '../views/recordings.ts';
import type { Place } from './place.ts';
import type { Repository } from './repository.ts';

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
  const troubles = found.length === 0 ? found : await stillWrong(repository, found);
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

/** What a person has erased meanwhile was no trouble. */
async function stillWrong(
  repository: Pick<Repository, 'store'>,
  found: readonly RecordingTrouble[],
): Promise<readonly RecordingTrouble[]> {
  const now = new Map([...(await readRecordings(repository)).blobs.values()].map((one) => [one.index, one]));
  return found.filter(({ entry, kind }) => kind === 'not-erased' || now.get(entry)?.erased === null);
}
