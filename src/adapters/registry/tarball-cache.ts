import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssri from 'ssri';

/**
 * Tarballs on disk, by integrity. MUST lie where no sandbox can write; checked again when read all the same. Never throws: it forgets
 * instead. At once, because hundreds of small ones are asked for while an install keeps all processors busy: by promises they took four
 * times as much of one.
 */
export class TarballCache {
  readonly #directory: string | undefined;

  /** undefined: nothing is kept. */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  get(integrity: string): Buffer | undefined {
    const path = this.#pathOf(integrity);
    // What is not there would be told by an error, which costs more than to ask.
    if (path === undefined || !existsSync(path)) return undefined;
    const bytes = quietly(() => readFileSync(path));
    if (bytes === undefined || ssri.checkData(bytes, integrity) !== false) return bytes;
    quietly(() => rmSync(path, { force: true }));
    return undefined;
  }

  put(integrity: string, bytes: Buffer): void {
    const [path, directory] = [this.#pathOf(integrity), this.#directory];
    if (path === undefined || directory === undefined) return;
    const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      if (!existsSync(directory)) mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(draft, bytes, { mode: 0o600 });
      renameSync(draft, path);
    } catch {
      quietly(() => rmSync(draft, { force: true }));
    }
  }

  /** Only under a strong digest: sha1 can be made to collide. */
  #pathOf(integrity: string): string | undefined {
    const [digest] = ssri.parse(integrity)?.sha512 ?? [];
    const name = digest && Buffer.from(digest.digest, 'base64').toString('hex');
    return this.#directory === undefined || !name ? undefined : join(this.#directory, `${name}.tgz`);
  }
}

/** undefined: it failed, as where the disk is full. */
function quietly<Answer>(act: () => Answer): Answer | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
