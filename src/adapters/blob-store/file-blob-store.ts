import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BlobOwner, type Commitment, isBlobOwner, isCommitment } from '../../domain/blob.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { WrappingKeys } from '../keys/wrapping-keys.ts';
import { codeOf, explained, isDraft, shred, syncDirectory, writeWhole } from '../whole-file.ts';
import { open, seal } from './jwe.ts';
import { OwnerKeys, ownerKeyFile } from './owner-keys.ts';
import { corrupt, readBounded } from './read-blob.ts';

/** Of one blob, before it is encrypted. */
const mostBytes = 32 * 1024 * 1024;
/** The encoding takes a third more. */
const mostFileBytes = mostBytes * 1.4;
const saltBytes = 32;
const prefix = 'hmac-sha256:';
const blobFile = /^([0-9a-f]{64})\.jwe$/;

/**
 * `DIR/OWNER/HEX.jwe`, encrypted under the owner's key, which lies beside them in `key.jwe` under the machine's. The plaintext is the
 * commitment's key and the content.
 */
export class FileBlobStore implements BlobStore {
  readonly #dir: string;
  readonly #keys: OwnerKeys;

  /** `dir` is made when first needed. */
  constructor(dir: string, wrapping: WrappingKeys) {
    this.#dir = dir;
    this.#keys = new OwnerKeys(dir, wrapping);
  }

  async put(owner: BlobOwner, content: Uint8Array): Promise<Commitment> {
    if (content.length > mostBytes) throw tooLarge(content.length);
    const home = await this.#make(owner);
    const key = await this.#keys.ensure(owner);
    const salt = randomBytes(saltBytes);
    const commitment = commit(salt, content);
    await writeWhole({ path: pathOf(home, commitment), text: seal(key, Buffer.concat([salt, content])) });
    return commitment;
  }

  async get(owner: BlobOwner, commitment: Commitment): Promise<Buffer | undefined> {
    const path = pathOf(this.#home(owner), commitment);
    const jwe = await readBounded(path, mostFileBytes);
    const key = await this.#keys.find(owner);
    // Keys are erased before what they open: without its key it is as good as gone.
    if (jwe === undefined || key === undefined) return undefined;
    const opened = open(key, jwe);
    if (opened === undefined || opened.length < saltBytes) throw corrupt(path, 'what does not open');
    const content = opened.subarray(saltBytes);
    if (!isSame(commit(opened.subarray(0, saltBytes), content), commitment))
      throw corrupt(path, 'the content of another one');
    return content;
  }

  async owners(): Promise<readonly BlobOwner[]> {
    return (await names(this.#dir)).filter(isBlobOwner).sort();
  }

  async list(owner: BlobOwner): Promise<readonly Commitment[]> {
    return (await names(this.#home(owner))).flatMap((name) => commitmentOf(name) ?? []).sort();
  }

  async size(owner: BlobOwner): Promise<number> {
    const home = this.#home(owner);
    const sizes = (await names(home)).map((name) =>
      stat(join(home, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  async erase(owner: BlobOwner, commitments?: readonly Commitment[]): Promise<void> {
    const home = this.#home(owner);
    if (commitments !== undefined) {
      for (const commitment of commitments) await shred(pathOf(home, commitment));
      return;
    }
    await shred(join(home, ownerKeyFile));
    for (const name of await names(home)) await shred(join(home, name));
    await rmdir(home).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'ENOENT') throw explained(home, thrown);
    });
  }

  /** Wraps every owner's key under a new key of the machine and forgets the ones before. Answers how many owners, and the new key. */
  async rotate(): Promise<{ readonly owners: number; readonly kid: string }> {
    const owners = await this.owners();
    return { owners: owners.length, kid: await this.#keys.rotate(owners) };
  }

  /**
   * Removes what `isNamed` denies and was written before `before`: a process was killed before it could name it. Answers what it
   * removed, or would.
   */
  async collect({ isNamed, before, dryRun }: Collection): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const owner of await this.owners()) {
      const home = this.#home(owner);
      for (const name of await names(home)) {
        const commitment = commitmentOf(name);
        const isWanted = commitment === undefined ? !isDraft(name) : isNamed(owner, commitment);
        const { mtime } = (await stat(join(home, name)).catch(() => undefined)) ?? {};
        if (isWanted || mtime === undefined || mtime >= before) continue;
        if (!dryRun) await shred(join(home, name));
        removed.push(join(home, name));
      }
    }
    return removed;
  }

  /** Step by step: a recursive mkdir on a read-only disk says that nothing is there. */
  async #make(owner: BlobOwner): Promise<string> {
    const home = this.#home(owner);
    for (const directory of [this.#dir, home]) {
      try {
        await mkdir(directory, { mode: 0o700 });
        await syncDirectory(dirname(directory));
      } catch (thrown) {
        if (codeOf(thrown) !== 'EEXIST') throw explained(this.#dir, thrown);
      }
    }
    return home;
  }

  #home(owner: BlobOwner): string {
    // It becomes a path.
    if (!isBlobOwner(owner)) throw new TypeError(`no owner of blobs: ${JSON.stringify(owner)}`);
    return join(this.#dir, owner);
  }
}

export type Collection = {
  readonly isNamed: (owner: BlobOwner, commitment: Commitment) => boolean;
  readonly before: Date;
  readonly dryRun: boolean;
};

function commit(salt: Buffer, content: Uint8Array): Commitment {
  return `${prefix}${createHmac('sha256', salt).update(content).digest('hex')}`;
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function pathOf(home: string, commitment: Commitment): string {
  if (!isCommitment(commitment)) throw new TypeError(`no commitment: ${JSON.stringify(commitment)}`);
  return join(home, `${commitment.slice(prefix.length)}.jwe`);
}

function commitmentOf(name: string): Commitment | undefined {
  const hex = blobFile.exec(name)?.[1];
  return hex === undefined ? undefined : `${prefix}${hex}`;
}

async function names(dir: string): Promise<readonly string[]> {
  return readdir(dir).catch((thrown: unknown) => {
    if (codeOf(thrown) === 'ENOENT') return [];
    throw explained(dir, thrown);
  });
}

function tooLarge(bytes: number): AutolandError {
  return new AutolandError('blob.too-large', `expected at most ${mostBytes} bytes to keep, found ${bytes}`, {
    mend: 'let whoever wrote it write less at a time',
  });
}
