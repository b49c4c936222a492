import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssri from 'ssri';
import type { ProfileCache } from '../../ports/profile-cache.ts';

export type CacheLimits = {
  readonly entries: number;
  /** Of one text; a larger one is not kept. */
  readonly bytes: number;
};

const DEFAULTS: CacheLimits = { entries: 2_000, bytes: 1024 * 1024 };

/** Texts as files, each under the digest of its tarball and after its own: what a crash cut off is not read. */
export class FileProfileCache implements ProfileCache {
  readonly #directory: string;
  readonly #limits: CacheLimits;

  /** `directory` is made when first needed. */
  constructor(directory: string, limits: Partial<CacheLimits> = {}) {
    this.#directory = directory;
    this.#limits = { ...DEFAULTS, ...limits };
  }

  async get(integrity: string): Promise<string | undefined> {
    const path = this.#pathOf(integrity);
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

  async put(integrity: string, text: string): Promise<void> {
    const path = this.#pathOf(integrity);
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

  /** Only under a strong digest: others can be made to collide. */
  #pathOf(integrity: string): string | undefined {
    const [digest, ...more] = ssri.parse(integrity)?.sha512 ?? [];
    const name = digest && Buffer.from(digest.digest, 'base64').toString('hex');
    return name?.length === 128 && more.length === 0 ? join(this.#directory, name) : undefined;
  }
}

const digestLength = 64;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
