import { createHash } from 'node:crypto';
import ssri from 'ssri';
import type { ReadEntry } from 'tar';
import type { PackageContents, PackageFile } from '../../domain/package-contents.ts';
import { pathOf, readEntries } from './unpack.ts';

export type ContentsLimits = {
  /** Of the archive when it is unpacked. */
  readonly bytes: number;
  readonly entries: number;
  /** A larger file is listed without its text. */
  readonly textBytes: number;
  /** What comes after this much text is listed without it. */
  readonly allTextBytes: number;
};

const DEFAULTS: ContentsLimits = {
  bytes: 256 * 1024 * 1024,
  entries: 20_000,
  textBytes: 2 * 1024 * 1024,
  allTextBytes: 24 * 1024 * 1024,
};

/** Every file of a package's tarball; nothing is written to disk. Rejects with `registry.invalid` what is over a limit. */
export async function readContents(
  name: string,
  bytes: Buffer,
  limits: Partial<ContentsLimits> = {},
): Promise<PackageContents> {
  const all = { ...DEFAULTS, ...limits };
  const files = new Map<string, PackageFile>();
  const links: string[] = [];
  let room = all.allTextBytes;
  await readEntries(name, bytes, all, (entry) => {
    const path = pathOf(entry).join('/');
    if (/Link$/.test(entry.type)) links.push(path);
    if (!/File$/.test(entry.type)) {
      entry.resume();
      return;
    }
    // The room is taken by what is read, not by what a header promises.
    const keep = entry.size <= Math.min(all.textBytes, room);
    if (keep) room -= entry.size;
    // npm keeps the last of one name.
    readFile(entry, path, keep, (file) => files.set(path, file));
  });
  const integrity = ssri.fromData(bytes, { algorithms: ['sha512'] }).toString();
  return { integrity, files: [...files.values()], links };
}

function readFile(entry: ReadEntry, path: string, keep: boolean, done: (file: PackageFile) => void): void {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let head = Buffer.alloc(0);
  let zero = false;
  entry.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    if (keep) chunks.push(chunk);
    if (head.length < 8) head = Buffer.concat([head, chunk.subarray(0, 8)]);
    zero ||= chunk.includes(0);
  });
  entry.on('end', () => {
    const text = keep && !zero ? decode(Buffer.concat(chunks)) : undefined;
    const kind = zero || (keep && text === undefined) ? 'binary' : 'text';
    const magic = head.subarray(0, 8).toString('hex');
    done({ path, mode: entry.mode ?? 0, size: entry.size, digest: hash.digest('hex'), kind, magic, text });
  });
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** As Node would read it: what is not UTF-8 is replaced. undefined: so much is that it is no text. */
function decode(bytes: Buffer): string | undefined {
  const text = utf8.decode(bytes);
  const odd = text.split('\uFFFD').length - 1;
  return odd * 20 > text.length ? undefined : text;
}
