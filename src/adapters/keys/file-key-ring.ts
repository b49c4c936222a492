import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { AutolandError } from '../../domain/errors.ts';
import { type Role, roles } from '../../ports/attestor.ts';
import type { KeyRing } from '../../ports/key-ring.ts';
import {
  createKeys,
  isAbsent,
  octal,
  privatePath,
  publicPath,
  readPrivateKey,
  readPublicKey,
} from './key-files.ts';

export type OpenKeyRing = {
  /** Make the keys when the directory is absent or empty. An incomplete key ring is never completed: that would hide a lost key. */
  readonly create: boolean;
  /** The private keys that this process shall hold; all by default. The public keys of every role are always there. */
  readonly roles?: readonly Role[];
};

/** Ed25519 keys in PKCS#8 PEM files that only their owner can read. */
export class FileKeyRing implements KeyRing {
  readonly #held: ReadonlyMap<Role, KeyObject>;
  readonly #public: ReadonlyMap<Role, KeyObject>;

  constructor(held: ReadonlyMap<Role, KeyObject>, publicKeys: ReadonlyMap<Role, KeyObject>) {
    this.#held = held;
    this.#public = publicKeys;
  }

  /** Rejects with `key.missing` (no or incomplete key ring) or `key.unsafe` (somebody else could read or write a key). */
  static async open(dir: string, options: OpenKeyRing): Promise<FileKeyRing> {
    if (options.create && !(await exists(privatePath(dir, 'gate')))) await createKeys(dir);
    await assertPrivateDirectory(dir);
    const held = new Map<Role, KeyObject>();
    for (const role of options.roles ?? roles) held.set(role, await readPrivateKey(privatePath(dir, role)));
    const published = await readPublicKeys(dir);
    for (const [role, key] of held) assertPair(dir, role, key, published.get(role));
    return new FileKeyRing(held, published);
  }

  async sign(role: Role, bytes: Uint8Array): Promise<Buffer> {
    const key = this.#held.get(role);
    if (key === undefined) throw notHeld(role);
    return sign(null, bytes, key);
  }

  async publicKey(role: Role): Promise<KeyObject> {
    const key = this.#public.get(role);
    if (key === undefined) throw notHeld(role);
    return key;
  }
}

/** Public keys only: for whoever verifies and never signs. */
export class PublicKeyRing implements KeyRing {
  readonly #keys: ReadonlyMap<Role, KeyObject>;

  constructor(keys: ReadonlyMap<Role, KeyObject>) {
    this.#keys = keys;
  }

  /** Reads `dir/public/ROLE.pem`; rejects with `key.missing`. */
  static async open(dir: string): Promise<PublicKeyRing> {
    return new PublicKeyRing(await readPublicKeys(dir));
  }

  async sign(role: Role, _bytes: Uint8Array): Promise<Buffer> {
    throw notHeld(role);
  }

  async publicKey(role: Role): Promise<KeyObject> {
    const key = this.#keys.get(role);
    if (key === undefined) throw notHeld(role);
    return key;
  }
}

async function readPublicKeys(dir: string): Promise<Map<Role, KeyObject>> {
  const keys = new Map<Role, KeyObject>();
  for (const role of roles) keys.set(role, await readPublicKey(publicPath(dir, role)));
  return keys;
}

async function assertPrivateDirectory(dir: string): Promise<void> {
  const found = await lstat(dir).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new AutolandError(
      'key.missing',
      `expected the key directory ${dir}, found ${found ? 'something else' : 'nothing'}`,
      {
        mend: 'start autoland once so that it makes its keys, or restore them from a backup',
      },
    );
  }
  if ((found.mode & 0o077) !== 0 || found.uid !== process.geteuid?.()) {
    throw new AutolandError(
      'key.unsafe',
      `expected ${dir} to be open to its owner alone, found mode ${octal(found.mode)}, owner ${found.uid}`,
      { mend: `chmod 700 ${dir}; whoever could write there could put keys of their own in place` },
    );
  }
}

function assertPair(dir: string, role: Role, key: KeyObject, published: KeyObject | undefined): void {
  if (published !== undefined && createPublicKey(key).equals(published)) return;
  throw new AutolandError(
    'key.unsafe',
    `the public key ${publicPath(dir, role)} is not that of its private key`,
    {
      mend: 'restore the key directory from a backup',
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (thrown) => {
      if (isAbsent(thrown)) return false;
      throw thrown;
    },
  );
}

function notHeld(role: Role): AutolandError {
  return new AutolandError('key.missing', `expected to hold the key of the ${role}; this process does not`, {
    mend: 'let the process whose role it is do this',
  });
}
