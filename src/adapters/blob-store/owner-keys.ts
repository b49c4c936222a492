import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobOwner } from '../../domain/blob.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { WrappingKeys } from '../keys/wrapping-keys.ts';
import { writeWhole } from '../whole-file.ts';
import { kidOf, open, seal, type WrappingKey } from './jwe.ts';
import { corrupt, readBounded } from './read-blob.ts';

export const ownerKeyFile = 'key.jwe';
/** Where it stands the machine has a wrapping key, and must not make another one. */
const beganFile = '.began';
const mostBytes = 4096;

/** One key for all blobs of an owner, wrapped under the machine's: destroying one small file erases them all. */
export class OwnerKeys {
  readonly #dir: string;
  readonly #wrapping: WrappingKeys;

  constructor(dir: string, wrapping: WrappingKeys) {
    this.#dir = dir;
    this.#wrapping = wrapping;
  }

  /** The owner's key, made when it has none. */
  async ensure(owner: BlobOwner): Promise<WrappingKey> {
    const known = await this.find(owner);
    if (known !== undefined) return known;
    if (await this.#isFirst()) await this.#begin();
    const current = (await this.#wrapping.all()).at(-1);
    if (current === undefined) throw new Error('a set of wrapping keys without one');
    await writeWhole({ path: this.#fileOf(owner), text: seal(current, randomBytes(32)), ifAbsent: true });
    const made = await this.find(owner);
    if (made === undefined) throw corrupt(this.#fileOf(owner), 'nothing where its key was just written');
    return made;
  }

  /** undefined: it has none, or it was erased. */
  async find(owner: BlobOwner): Promise<WrappingKey | undefined> {
    const path = this.#fileOf(owner);
    const jwe = await readBounded(path, mostBytes);
    if (jwe === undefined) return undefined;
    const kid = kidOf(jwe);
    if (kid === undefined) throw corrupt(path, 'what is no key');
    const wrapping = (await this.#wrapping.all()).find((key) => key.kid === kid);
    if (wrapping === undefined) throw lost(owner, kid);
    const key = open(wrapping, jwe);
    if (key?.length !== 32) throw corrupt(path, 'what does not open');
    return { kid: owner, key };
  }

  /** Killed half-way, all keys are still there, and rotating again ends it. */
  async rotate(owners: readonly BlobOwner[]): Promise<string> {
    const { kid, key } = await this.#wrapping.add();
    for (const owner of owners) {
      const own = await this.find(owner);
      if (own !== undefined)
        await writeWhole({ path: this.#fileOf(owner), text: seal({ kid, key }, own.key) });
    }
    await this.#wrapping.keepOnly(kid);
    return kid;
  }

  async #begin(): Promise<void> {
    await this.#wrapping.make();
    await writeWhole({ path: join(this.#dir, beganFile), text: '' });
  }

  /** Nothing was ever wrapped: where something was, a missing key is a lost one. */
  async #isFirst(): Promise<boolean> {
    return access(join(this.#dir, beganFile)).then(
      () => false,
      () => true,
    );
  }

  #fileOf(owner: BlobOwner): string {
    return join(this.#dir, owner, ownerKeyFile);
  }
}

function lost(owner: BlobOwner, kid: string): AutolandError {
  return new AutolandError('key.missing', `expected the wrapping key ${kid} of ${owner}, found others`, {
    mend: 'restore keys/wrapping.jwks from the backup that this was restored from',
  });
}
