import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type CacheLimits = {
  readonly entries: number;
  /** Of one text; a larger one is not kept. */
  readonly bytes: number;
};

/**
 * Texts as files, each under the digest of what it was made from and after its own: what a crash cut off is not read. It MUST
 * lie where neither a sandbox nor a change under test can write. Never rejects: it forgets instead.
 */
export class FileTextCache {
  readonly #directory: string;
  readonly #limits: CacheLimits;

  /** `directory` is made when first needed. */
  constructor(directory: string, limits: CacheLimits) {
    this.#directory = directory;
    this.#limits = limits;
  }

  /** `digest` in hexadecimal, of at least 256 bits. */
  async get(digest: string): Promise<string | undefined> {
    const path = this.#pathOf(digest);
    if (path === undefined) return undefined;
    try {
      if ((await stat(path)).size > this.#limits.bytes + digestLength) return undefined;
      const kept = await readFile(path, 'utf8');
      const text = kept.slice(digestLength + 1);
      if (kept !== `${digestOf(text)}\n${text}`) throw new Error('it is damaged');
      // What was used last is forgotten last.
      await utimes(path, new Date(), new Date());
      return text;
    } catch {
      await rm(path, { force: true }).catch(() => undefined);
      return undefined;
    }
  }

  async put(digest: string, text: string): Promise<void> {
    const path = this.#pathOf(digest);
    if (path === undefined || Buffer.byteLength(text) >= this.#limits.bytes) return;
    const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await this.#makeRoom();
      await writeFile(draft, `${digestOf(text)}\n${text}`, { mode: 0o600 });
      await rename(draft, path);
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  /** A tenth at a time, so that not each new text lists the directory's files. */
  async #makeRoom(): Promise<void> {
    const names = await readdir(this.#directory);
    if (names.length < this.#limits.entries) return;
    const aged = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#directory, name);
        return { path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
    );
    const oldest = aged.sort((a, b) => a.at - b.at).slice(0, Math.ceil(this.#limits.entries / 10));
    await Promise.all(oldest.map(({ path }) => rm(path, { force: true })));
  }

  #pathOf(digest: string): string | undefined {
    return /^(?:[0-9a-f]{2}){32,64}$/.test(digest) ? join(this.#directory, digest) : undefined;
  }
}

const digestLength = 64;

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
