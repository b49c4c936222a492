import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type TarFile = {
  /** Relative, with forward slashes, such as `lib/index.js`. */
  readonly path: string;
  readonly content: Buffer;
};

const BLOCK = 512;
const MAX_STORED = 0xffff;
/** npm's own fixed time: zip files and some tools reject the epoch itself. */
const FIXED_MTIME_SECONDS = Math.floor(Date.UTC(1985, 9, 26, 8, 15) / 1000);

/**
 * A package tarball (`.tgz`, ustar, everything below `package/`) that depends on the files alone: sorted, with
 * fixed times, owners and modes. Its gzip stream is stored, not compressed, because the bytes that deflate
 * makes differ between zlib versions, and a lockfile pins their hash.
 * Throws a RangeError for a path that ustar's 100-byte name field cannot hold.
 */
export function packageTarball(files: readonly TarFile[]): Buffer {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const blocks = sorted.flatMap((file) => [header(file), file.content, padding(file.content.length)]);
  return storedGzip(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
}

/** Subresource integrity as lockfiles hold it: `sha512-` and base64. */
export function integrityOf(bytes: Buffer): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

function header(file: TarFile): Buffer {
  const name = Buffer.from(`package/${file.path}`);
  if (name.length > 100) throw new RangeError(`the path ${file.path} is longer than a tar header holds`);
  const block = Buffer.alloc(BLOCK);
  name.copy(block);
  writeOctal(block, 100, 8, 0o644);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeOctal(block, 124, 12, file.content.length);
  writeOctal(block, 136, 12, FIXED_MTIME_SECONDS);
  block.write('        ', 148, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function writeOctal(block: Buffer, offset: number, length: number, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
}

/** RFC 1952 around the stored blocks of RFC 1951, section 3.2.4. */
function storedGzip(data: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])];
  for (let start = 0; start < data.length; start += MAX_STORED) {
    const chunk = data.subarray(start, start + MAX_STORED);
    const head = Buffer.alloc(5);
    head.writeUInt8(start + MAX_STORED >= data.length ? 1 : 0, 0);
    head.writeUInt16LE(chunk.length, 1);
    head.writeUInt16LE(chunk.length ^ 0xffff, 3);
    parts.push(head, chunk);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(data), 0);
  trailer.writeUInt32LE(data.length, 4);
  return Buffer.concat([...parts, trailer]);
}
