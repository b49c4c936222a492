import { createHmac, randomBytes } from 'node:crypto';
import type { BlobOwner, Commitment } from '../domain/blob.ts';
import { AutolandError } from '../domain/errors.ts';
import type { BlobStore } from '../ports/blob-store.ts';

/** Blobs that end with the process. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<BlobOwner, Map<Commitment, Buffer>>();
  readonly #mostBytes: number;

  constructor(mostBytes = 32 * 1024 * 1024) {
    this.#mostBytes = mostBytes;
  }

  async put(owner: BlobOwner, content: Uint8Array): Promise<Commitment> {
    if (content.length > this.#mostBytes)
      throw new AutolandError(
        'blob.too-large',
        `expected at most ${this.#mostBytes}, found ${content.length}`,
      );
    const digest = createHmac('sha256', randomBytes(32)).update(content).digest('hex');
    const commitment: Commitment = `hmac-sha256:${digest}`;
    this.#blobs.set(owner, this.#of(owner).set(commitment, Buffer.from(content)));
    return commitment;
  }

  async get(owner: BlobOwner, commitment: Commitment): Promise<Buffer | undefined> {
    return this.#of(owner).get(commitment);
  }

  async owners(): Promise<readonly BlobOwner[]> {
    return [...this.#blobs.keys()];
  }

  async list(owner: BlobOwner): Promise<readonly Commitment[]> {
    return [...this.#of(owner).keys()];
  }

  async size(owner: BlobOwner): Promise<number> {
    return [...this.#of(owner).values()].reduce((sum, { length }) => sum + length, 0);
  }

  async erase(owner: BlobOwner, commitments?: readonly Commitment[]): Promise<void> {
    if (commitments === undefined) this.#blobs.delete(owner);
    else for (const commitment of commitments) this.#of(owner).delete(commitment);
  }

  #of(owner: BlobOwner): Map<Commitment, Buffer> {
    return this.#blobs.get(owner) ?? new Map<Commitment, Buffer>();
  }
}
