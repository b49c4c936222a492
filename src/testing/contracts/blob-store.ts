import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlobOwner, Commitment } from '../../domain/blob.ts';
import type { BlobStore } from '../../ports/blob-store.ts';

/** Every blob store behaves so. `mostBytes`: the largest content that it takes. */
export function blobStoreContract(
  make: () => Promise<{ store: BlobStore; mostBytes: number; dispose: () => Promise<void> }>,
) {
  describe('blob store contract', () => {
    let store: BlobStore;
    let mostBytes: number;
    let dispose: () => Promise<void>;
    beforeAll(async () => {
      ({ store, mostBytes, dispose } = await make());
    });
    afterAll(() => dispose());

    let count = 0;
    const newOwner = (): BlobOwner => {
      count += 1;
      return `chg_${String(count).padStart(12, '0')}`;
    };
    const bytes = (text: string) => Buffer.from(text);
    const unknown: Commitment = `hmac-sha256:${'0'.repeat(64)}`;

    it('gives back what was put, to the byte', async () => {
      const owner = newOwner();
      const contents = [
        bytes(''),
        bytes('a thought'),
        Buffer.from([0, 255, 13, 10, 0]),
        Buffer.alloc(100_000, 7),
      ];
      for (const content of contents) {
        const commitment = await store.put(owner, content);
        expect(await store.get(owner, commitment)).toEqual(content);
      }
      expect(await store.list(owner)).toHaveLength(contents.length);
      expect(await store.size(owner)).toBeGreaterThanOrEqual(100_000);
    });

    it('names the same content differently each time, so that no name confirms a guess', async () => {
      const owner = newOwner();
      const content = bytes('yes');
      const names = [await store.put(owner, content), await store.put(owner, content)];
      expect(new Set(names).size).toBe(2);
      const digest = createHash('sha256').update(content).digest('hex');
      for (const name of names) {
        expect(name).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
        expect(name).not.toContain(digest);
      }
    });

    it('keeps owners apart', async () => {
      const [one, other] = [newOwner(), newOwner()];
      const commitment = await store.put(one, bytes('mine'));
      expect(await store.get(other, commitment)).toBeUndefined();
      expect(await store.list(other)).toEqual([]);
      expect(await store.size(other)).toBe(0);
      expect(await store.owners()).toContain(one);
    });

    it('erases some of an owner, and leaves the rest', async () => {
      const owner = newOwner();
      const [gone, stays] = [await store.put(owner, bytes('gone')), await store.put(owner, bytes('stays'))];
      await store.erase(owner, [gone]);
      await store.erase(owner, [gone, unknown]);
      expect(await store.get(owner, gone)).toBeUndefined();
      expect(await store.get(owner, stays)).toEqual(bytes('stays'));
      expect(await store.list(owner)).toEqual([stays]);
    });

    it('erases all of an owner, again without an error, and takes new blobs after that', async () => {
      const [owner, other] = [newOwner(), newOwner()];
      const gone = await store.put(owner, bytes('gone'));
      const stays = await store.put(other, bytes('stays'));
      await store.erase(owner);
      await store.erase(owner);
      expect(await store.get(owner, gone)).toBeUndefined();
      expect(await store.list(owner)).toEqual([]);
      expect(await store.owners()).not.toContain(owner);
      expect(await store.get(other, stays)).toEqual(bytes('stays'));
      const later = await store.put(owner, bytes('later'));
      expect(await store.get(owner, later)).toEqual(bytes('later'));
      expect(await store.get(owner, gone)).toBeUndefined();
    });

    it('knows nothing of what was never put', async () => {
      const owner = newOwner();
      expect(await store.get(owner, unknown)).toBeUndefined();
      expect(await store.list(owner)).toEqual([]);
      await store.erase(owner);
      await store.put(owner, bytes('something'));
      expect(await store.get(owner, unknown)).toBeUndefined();
    });

    it('refuses what is too large, and keeps nothing of it', async () => {
      const owner = newOwner();
      await expect(store.put(owner, Buffer.alloc(mostBytes + 1))).rejects.toMatchObject({
        code: 'blob.too-large',
      });
      expect(await store.list(owner)).toEqual([]);
      const whole = await store.put(owner, Buffer.alloc(mostBytes, 1));
      expect((await store.get(owner, whole))?.length).toBe(mostBytes);
    });
  });
}
