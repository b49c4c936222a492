import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ReadEntry } from 'tar';

const maxFileBytes = 64 * 1024 * 1024;
const maxPath = 4096;
/** 1984-06-22 21:50:00, which Yarn gives to every file, in DOS's time and date. */
const dosTime = 0xae40;
const dosDate = 0x08d6;

/**
 * The digest that Yarn 4 writes for a package (`10c0/…`): of the zip that it makes of the tarball, where nothing is
 * compressed, so that the same tarball always makes the same zip. Format: PKWARE APPNOTE 6.3, as libzip writes it.
 */
export class YarnZip {
  readonly #root: string;
  readonly #hash: Hash = createHash('sha512');
  readonly #directory: Buffer[] = [];
  readonly #seen = new Set<string>();
  #offset = 0;
  #isKnown = true;

  constructor(name: string) {
    this.#root = `node_modules/${name}`;
  }

  /** Reads the entry beside others. MUST be called before the entry flows. */
  watch(entry: ReadEntry): void {
    const path = this.#pathOf(entry.path);
    if (path === undefined) return;
    const isExecutable = ((entry.mode ?? 0) & 0o111) !== 0;
    if (entry.type === 'File' || entry.type === 'OldFile') this.#watchFile(entry, path, isExecutable);
    else if (entry.type === 'Directory') this.#addFolders([...path.split('/'), '']);
    // Yarn leaves hard links out; symbolic links are too rare in packages to be worth a guess.
    else if (entry.type !== 'Link') this.#isKnown = false;
  }

  /** undefined: the tarball holds what is not understood here. */
  checksum(): string | undefined {
    if (!this.#isKnown || this.#seen.size >= 0xffff) return undefined;
    const size = this.#directory.reduce((sum, each) => sum + each.length, 0);
    for (const each of this.#directory) this.#hash.update(each);
    const count = this.#directory.length;
    const end = fields([
      [4, 0x06054b50],
      [4, 0],
      [2, count],
      [2, count],
      [4, size],
      [4, this.#offset],
      [2, 0],
    ]);
    return `10c0/${this.#hash.update(end).digest('hex')}`;
  }

  /** undefined: Yarn leaves it out. */
  #pathOf(path: string): string | undefined {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (path.startsWith('/') || parts.includes('..') || parts.length <= 1) return undefined;
    return `${this.#root}/${parts.slice(1).join('/')}`;
  }

  #watchFile(entry: ReadEntry, path: string, isExecutable: boolean): void {
    if (entry.size > maxFileBytes || path.length > maxPath || path.includes('\\')) {
      this.#isKnown = false;
      return;
    }
    const chunks: Buffer[] = [];
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => this.#addFile(path, Buffer.concat(chunks), isExecutable));
  }

  #addFile(path: string, content: Buffer, isExecutable: boolean): void {
    this.#addFolders(path.split('/'));
    // Of two files of one name it depends on Yarn which one counts.
    if (this.#seen.has(path) || this.#seen.has(`${path}/`)) this.#isKnown = false;
    this.#seen.add(path);
    this.#add(path, content, { version: 10, mode: isExecutable ? 0o100755 : 0o100644 });
  }

  /** Those that a path lies in, where they are not there yet. */
  #addFolders(parts: readonly string[]): void {
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = `${parts.slice(0, depth).join('/')}/`;
      if (this.#seen.has(folder)) continue;
      this.#seen.add(folder);
      this.#add(folder, Buffer.alloc(0), { version: 20, mode: 0o040755 });
    }
  }

  #add(path: string, content: Buffer, { version, mode }: { version: number; mode: number }): void {
    const name = Buffer.from(path);
    const common: readonly Field[] = [
      [2, version],
      [2, 0],
      [2, 0],
      [2, dosTime],
      [2, dosDate],
      [4, crc32(content)],
      [4, content.length],
      [4, content.length],
      [2, name.length],
      [2, 0],
    ];
    const local = Buffer.concat([fields([[4, 0x04034b50], ...common]), name]);
    const madeBy: readonly Field[] = [
      [4, 0x02014b50],
      [2, 0x033f],
    ];
    const where: readonly Field[] = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, mode * 0x10000],
      [4, this.#offset],
    ];
    this.#directory.push(Buffer.concat([fields([...madeBy, ...common, ...where]), name]));
    this.#hash.update(local).update(content);
    this.#offset += local.length + content.length;
  }
}

type Field = readonly [bytes: 2 | 4, value: number];

/** Little-endian. */
function fields(list: readonly Field[]): Buffer {
  const buffer = Buffer.alloc(list.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of list) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}
