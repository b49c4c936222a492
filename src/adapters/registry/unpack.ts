import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { AutolandError } from '../../domain/errors.ts';
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
export function readEntries(
  name: string,
  bytes: Buffer,
  limits: ArchiveLimits,
  onEntry: (entry: ReadEntry) => void,
): Promise<void> {
  return readArchive(name, bytes, limits, new Parser({ ...unpackedOnce, onReadEntry: onEntry }));
}

export type ArchiveLimits = Pick<UnpackLimits, 'bytes' | 'entries'>;

/** DANGER: a parser would unpack what is packed inside, too, and nobody would count it. */
export const unpackedOnce = { zstd: false, brotli: false };

/** Blocks that begin no file: headers of headers, what is empty, what cannot be read. */
const maxEmptyBlocks = 25_000;

/** Has `parser` read all of it. Rejects as `rootFiles` does. */
export async function readArchive(
  name: string,
  bytes: Buffer,
  limits: ArchiveLimits,
  parser: Parser,
): Promise<void> {
  const watched = new WatchedParser(name, limits.entries, parser);
  for await (const chunk of unpackedChunks(name, bytes, limits.bytes)) watched.write(chunk);
  await watched.end();
}

/** The first byte of gzip; no tar archive begins with it. */
const gzipMagic = 0x1f;

/**
 * Piece by piece, at most one beyond `limit`: then it throws, as it does at what is packed twice, which a parser of archives would
 * unpack again.
 */
export async function* unpackedChunks(name: string, bytes: Buffer, limit: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  gunzip.end(bytes);
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      if (size === 0 && chunk[0] === gzipMagic) throw invalid(name, 'its tarball is packed twice');
      size += chunk.length;
      if (size > limit) throw invalid(name, `its tarball unpacks to more than ${limit} bytes`);
      yield chunk;
    }
  } catch (thrown) {
    throw thrown instanceof AutolandError ? thrown : invalid(name, 'its tarball is not gzip');
  } finally {
    gunzip.destroy();
  }
}

class WatchedParser {
  readonly #name: string;
  readonly #parser: Parser;
  readonly #most: { readonly entries: number; readonly empty: number };
  #entries = 0;
  #empty = 0;
  #hasEnded = false;
  #problem: string | undefined;

  constructor(name: string, maxEntries: number, parser: Parser) {
    this.#name = name;
    this.#parser = parser;
    this.#most = { entries: maxEntries, empty: maxEmptyBlocks };
    const broken = () => this.#fail('is not a tar archive');
    const file = () => this.#countFile();
    const empty = () => this.#countEmpty();
    parser.on('entry', file).on('ignoredEntry', file);
    parser.on('nullBlock', empty).on('meta', empty);
    parser.on('eof', () => {
      this.#hasEnded = true;
    });
    parser.on('error', broken);
    parser.on('warn', (code: string) => (code === 'TAR_BAD_ARCHIVE' ? broken() : empty()));
  }

  write(chunk: Buffer): void {
    // DANGER: what follows the end it would only keep, copying all of it again with each piece: hours, for some kilobytes of zeros.
    if (!this.#hasEnded) this.#parser.write(chunk);
    this.#assertSound();
  }

  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#parser.on('end', resolve).on('error', resolve));
    this.#parser.end();
    this.#assertSound();
    await ended;
    this.#assertSound();
  }

  #countFile(): void {
    this.#entries += 1;
    if (this.#entries > this.#most.entries) this.#fail(`holds more than ${this.#most.entries} files`);
  }

  #countEmpty(): void {
    this.#empty += 1;
    if (this.#empty > this.#most.empty)
      this.#fail(`holds more than ${this.#most.empty} blocks that begin no file`);
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
  }

  #assertSound(): void {
    if (this.#problem !== undefined) throw invalid(this.#name, `its tarball ${this.#problem}`);
  }
}
