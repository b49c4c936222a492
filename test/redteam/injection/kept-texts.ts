import { readPage } from '../../../src/domain/recording.ts';
import type { BlobStore } from '../../../src/ports/blob-store.ts';

/** All that is kept beside a journal, as one text. */
export async function textsIn(blobs: BlobStore): Promise<string> {
  const texts: string[] = [];
  for (const owner of await blobs.owners())
    for (const name of await blobs.list(owner))
      texts.push(...stringsIn(readPage((await blobs.get(owner, name)) ?? Buffer.alloc(0))));
  return texts.join('\n');
}

export function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
