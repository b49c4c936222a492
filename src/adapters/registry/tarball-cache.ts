import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssri from 'ssri';

/** Tarballs on disk, by integrity. MUST lie where no sandbox can write; checked again when read all the same. */
export class TarballCache {
  readonly #directory: string | undefined;

  /** undefined: nothing is kept. */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  async get(integrity: string): Promise<Buffer | undefined> {
    const path = this.#pathOf(integrity);
    if (path === undefined) return undefined;
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined || ssri.checkData(bytes, integrity) !== false) return bytes;
    await rm(path, { force: true });
    return undefined;
  }

  async put(integrity: string, bytes: Buffer): Promise<void> {
    const path = this.#pathOf(integrity);
    if (path === undefined || this.#directory === undefined) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    await writeFile(draft, bytes, { mode: 0o600 });
    await rename(draft, path);
  }

  /** Only under a strong digest: sha1 can be made to collide. */
  #pathOf(integrity: string): string | undefined {
    const [digest] = ssri.parse(integrity)?.sha512 ?? [];
    const name = digest && Buffer.from(digest.digest, 'base64').toString('hex');
    return this.#directory === undefined || !name ? undefined : join(this.#directory, `${name}.tgz`);
  }
}
