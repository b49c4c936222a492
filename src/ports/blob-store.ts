import type { BlobOwner, Commitment } from '../domain/blob.ts';

/**
 * Content kept beside the journal, which names it by a commitment. MUST encrypt each blob under a key of its own. No two calls on
 * one store that write may overlap, also of two processes: whoever calls holds a lock.
 */
export interface BlobStore {
  /**
   * MUST be durable, its name too, when it resolves. The same content twice is two blobs of different names. Rejects with
   * `blob.too-large`, `journal.full-disk`, `state.unusable`, `key.missing`; then there is no blob.
   */
  put(owner: BlobOwner, content: Uint8Array): Promise<Commitment>;
  /**
   * undefined: not here; whether by an erasure, the journal knows. MUST compare the content with its name and reject with
   * `blob.corrupt` where they differ or it does not open; `key.missing` where the key that opens it is not here.
   */
  get(owner: BlobOwner, commitment: Commitment): Promise<Buffer | undefined>;
  owners(): Promise<readonly BlobOwner[]>;
  list(owner: BlobOwner): Promise<readonly Commitment[]>;
  /** What all its blobs take, in bytes. */
  size(owner: BlobOwner): Promise<number>;
  /**
   * Makes these blobs (absent: all of the owner) unreadable to whoever holds every key of this machine: keys first. Erased again
   * it is no error. Others stay as they are.
   */
  erase(owner: BlobOwner, commitments?: readonly Commitment[]): Promise<void>;
}
