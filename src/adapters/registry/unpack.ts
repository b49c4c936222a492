import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { invalid } from './packument.ts';

export type UnpackLimits = {
  /** Of the archive when it is unpacked. */
  readonly bytes: number;
  readonly entries: number;
  /** Of one wanted file; one that is larger counts as none. */
  readonly fileBytes: number;
};

const DEFAULTS: UnpackLimits = {
  bytes: 256 * 1024 * 1024,
  entries: 200_000,
  fileBytes: 4 * 1024 * 1024,
};

/**
 * The wanted files at the package's root, by name. npm strips the first directory whatever its name is, and skips
 * links; the last of one name wins. The tarball is hostile: a few megabytes can unpack to gigabytes, so never more than
 * one piece of it is unpacked at a time. `watch` sees every entry, and may listen to it. Rejects with `registry.invalid` what is over a limit or no archive.
 */
export async function rootFiles(
  name: string,
  bytes: Buffer,
  wanted: readonly string[],
  options: Partial<UnpackLimits> & { readonly watch?: (entry: ReadEntry) => void } = {},
): Promise<ReadonlyMap<string, string>> {
  const { watch, ...limits } = options;
  const all = { ...DEFAULTS, ...limits };
  const files = new Map<string, string>();
  await readEntries(name, bytes, all, (entry) => {
    const [file = '', ...below] = pathOf(entry);
    watch?.(entry);
    const isWanted = below.length === 0 && wanted.includes(file) && /File$/.test(entry.type);
    if (isWanted) files.delete(file);
    if (isWanted && entry.size <= all.fileBytes) {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => files.set(file, Buffer.concat(chunks).toString('utf8')));
    } else entry.resume();
  });
  return files;
}

/** Below the first directory, which npm strips whatever its name is. */
export function pathOf(entry: ReadEntry): readonly string[] {
  return entry.path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .slice(1);
}

/** Each entry in turn; `onEntry` MUST read it or resume it. Rejects as `rootFiles` does. */
export async function readEntries(
  name: string,
  bytes: Buffer,
  limits: Pick<UnpackLimits, 'bytes' | 'entries'>,
  onEntry: (entry: ReadEntry) => void,
): Promise<void> {
  const reader = new ArchiveReader(name, limits.entries, onEntry);
  for await (const chunk of unpackedChunks(name, bytes, limits.bytes)) reader.write(chunk);
  await reader.end();
}

/** Piece by piece, at most one beyond `limit`: then it throws. */
export async function* unpackedChunks(name: string, bytes: Buffer, limit: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  gunzip.end(bytes);
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw invalid(name, `its tarball unpacks to more than ${limit} bytes`);
      yield chunk;
    }
  } catch (thrown) {
    throw size > limit ? thrown : invalid(name, 'its tarball is not gzip');
  } finally {
    gunzip.destroy();
  }
}

/** The first byte of gzip; no tar archive begins with it. */
const gzipMagic = 0x1f;

class ArchiveReader {
  readonly #name: string;
  readonly #maxEntries: number;
  readonly #onEntry: (entry: ReadEntry) => void;
  readonly #parser: Parser;
  #begun = false;
  #entries = 0;
  #problem: string | undefined;

  constructor(name: string, maxEntries: number, onEntry: (entry: ReadEntry) => void) {
    this.#name = name;
    this.#maxEntries = maxEntries;
    this.#onEntry = onEntry;
    // DANGER: the parser would unpack what is packed inside, too, and nobody would count it.
    this.#parser = new Parser({ onReadEntry: (entry) => this.#read(entry), zstd: false, brotli: false });
    const broken = () => this.#fail('is not a tar archive');
    this.#parser.on('error', broken);
    this.#parser.on('warn', (code: string) => code === 'TAR_BAD_ARCHIVE' && broken());
  }

  write(chunk: Buffer): void {
    if (!this.#begun && chunk[0] === gzipMagic) this.#fail('is packed twice');
    this.#begun = true;
    this.#assertSound();
    this.#parser.write(chunk);
    this.#assertSound();
  }

  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#parser.on('end', resolve).on('error', resolve));
    this.#parser.end();
    this.#assertSound();
    await ended;
    this.#assertSound();
  }

  #read(entry: ReadEntry): void {
    this.#entries += 1;
    if (this.#entries > this.#maxEntries) this.#fail(`holds more than ${this.#maxEntries} files`);
    this.#onEntry(entry);
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
  }

  #assertSound(): void {
    if (this.#problem !== undefined) throw invalid(this.#name, `its tarball ${this.#problem}`);
  }
}
