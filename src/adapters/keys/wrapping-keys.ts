import { createHash, randomBytes } from 'node:crypto';
import { link, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AutolandError } from '../../domain/errors.ts';
import { shred, syncDirectory } from '../whole-file.ts';
import { isAbsent, readOwnersOnly } from './key-files.ts';

/** `kid`: the beginning of the key's own digest, so that no other key can pass under its name. */
export type SymmetricKey = { readonly kid: string; readonly key: Buffer };

/**
 * The recorder's keys that wrap others: a JWK Set (RFC 7517) that only its owner can read. The last one wraps; the ones before it
 * still open what they wrapped, until all of that is wrapped anew. It is apart from the key that signs: a key has one use.
 */
export class WrappingKeys {
  readonly #file: string;

  /** `file` lies in the key directory. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Oldest first, read anew at each call: another process may have rotated them. Rejects with `key.missing` or `key.unsafe`. */
  async all(): Promise<readonly SymmetricKey[]> {
    const text = await readOwnersOnly(this.#file).catch((thrown: unknown) => {
      throw thrown instanceof AutolandError && thrown.code === 'key.missing'
        ? lost(thrown.message, thrown)
        : thrown;
    });
    return parsed(this.#file, text);
  }

  /** Makes the first key where there is no file. MUST NOT be called where something is wrapped: that would hide a lost key. */
  async make(): Promise<void> {
    if (await isThere(this.#file)) return;
    const draft = await this.#draft([newKey()]);
    try {
      // A link, which unlike a rename never replaces what another process has just made.
      await link(draft, this.#file).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code !== 'EEXIST') throw thrown;
      });
      await syncDirectory(dirname(this.#file));
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** A new key that wraps from now on. */
  async add(): Promise<SymmetricKey> {
    const key = newKey();
    await this.#replace([...(await this.all()), key]);
    return key;
  }

  /** Removes every other key: what they alone opened is lost for good. */
  async keepOnly(kid: string): Promise<void> {
    const kept = (await this.all()).filter((key) => key.kid === kid);
    if (kept.length === 0) throw new Error(`no key ${kid} to keep`);
    await this.#replace(kept);
  }

  async #replace(keys: readonly SymmetricKey[]): Promise<void> {
    const draft = await this.#draft(keys);
    await link(this.#file, `${draft}.old.tmp`);
    await rename(draft, this.#file);
    await syncDirectory(dirname(this.#file));
    await this.#shredScraps();
  }

  /** The keys before, and drafts of processes that were killed: only now, when the new ones have reached the disk. */
  async #shredScraps(): Promise<void> {
    const home = dirname(this.#file);
    const scraps = (await readdir(home)).filter(
      (name) => name.startsWith(`${basename(this.#file)}.`) && name.endsWith('.tmp'),
    );
    for (const name of scraps) await shred(join(home, name));
  }

  async #draft(keys: readonly SymmetricKey[]): Promise<string> {
    const draft = `${this.#file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
    const file = await open(draft, 'wx', 0o600);
    try {
      const jwks = keys.map(({ kid, key }) => ({
        kty: 'oct',
        alg: 'A256KW',
        kid,
        k: key.toString('base64url'),
      }));
      await file.writeFile(`${JSON.stringify({ keys: jwks })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return draft;
  }
}

function newKey(): SymmetricKey {
  return keyOf(randomBytes(32));
}

function keyOf(key: Buffer): SymmetricKey {
  return {
    kid: createHash('sha256').update('autoland wrapping key\0').update(key).digest('hex').slice(0, 16),
    key,
  };
}

function parsed(file: string, text: string): readonly SymmetricKey[] {
  try {
    const { keys } = JSON.parse(text) as { keys: readonly { kid: unknown; k: unknown }[] };
    const read = keys.map(({ kid, k }) => ({ kid, ...made(k) }));
    if (read.length > 0 && read.every(({ kid, same }) => kid === same.kid))
      return read.map(({ same }) => same);
  } catch {
    // Told below.
  }
  throw lost(`expected a JWK Set with keys of 256 bits in ${file}, found none`);
}

/** No other key is made by itself: it would look as if nothing had ever been recorded. */
function lost(message: string, cause?: unknown): AutolandError {
  return new AutolandError('key.missing', message, {
    mend: 'restore it from a backup; if it is lost, so is what was recorded: order its erasure, move the directory blobs away, and a new key is made',
    cause,
  });
}

function made(k: unknown): { readonly same: SymmetricKey } {
  const key = Buffer.from(String(k), 'base64url');
  if (key.length !== 32) throw new Error('a key of another length');
  return { same: keyOf(key) };
}

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    (thrown) => {
      if (isAbsent(thrown)) return false;
      throw thrown;
    },
  );
}
