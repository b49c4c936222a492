import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, readFile, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Attestation } from '../../ports/attestor.ts';
import type { AttachmentName, Release, ReleaseStore } from '../../ports/release-store.ts';
import { removeTree } from '../remove-tree.ts';
import { copyTree, readTree, syncPath, syncTree } from './copy-tree.ts';
import { treeDigest } from './tree-listing.ts';

const hexName = /^[0-9a-f]{64}$/;
/** The rest is a service's name, and becomes a path. */
const attachmentName = /^(?:provenance|gate-[a-z][a-z0-9-]{0,39})$/;
/** Of the one service that a repository had; written before a release could be admitted to several. */
const onlyGate = 'gate';
const scrapName = /^\.(?:new|old)-(\d+)-[0-9a-f]+$/;

/**
 * One directory for each release, `HEX/{tree/, release.json, provenance.json, gate-SERVICE.json}`, read-only below `tree`.
 * Names that begin with a dot are scraps of a put or a removal under way, or of a process that was killed.
 */
export class FileReleaseStore implements ReleaseStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(dir: string): Promise<FileReleaseStore> {
    await mkdir(dir, { recursive: true, mode: 0o755 });
    return new FileReleaseStore(dir);
  }

  /** Copies; the first `service` and `commit` of a content stay. A stored tree that no longer has its digest is replaced. */
  async put(input: { dir: string; service: string; commit: string }): Promise<Release> {
    const made = this.#scrap('new');
    await mkdir(made, { mode: 0o755 });
    try {
      const digest = treeDigest(await copyTree(input.dir, join(made, 'tree')));
      const stored = await this.#intact(digest);
      if (stored !== undefined) {
        await utimes(join(stored.dir, '..', 'release.json'), new Date(), new Date());
        return stored;
      }
      await syncTree(join(made, 'tree'));
      await writeDurably(join(made, 'release.json'), { service: input.service, commit: input.commit });
      return await this.#publish(made, { ...input, digest });
    } finally {
      await removeTree(made);
    }
  }

  async attach(digest: string, name: AttachmentName, attestation: Attestation): Promise<void> {
    const home = this.#home(digest);
    if (home === undefined || !(await isDirectory(home)) || !attachmentName.test(name))
      throw notFound(digest);
    await writeDurably(join(home, `${name}.json`), attestation);
  }

  async attached(digest: string, name: AttachmentName): Promise<Attestation | undefined> {
    const home = this.#home(digest);
    if (home === undefined || !attachmentName.test(name)) return undefined;
    const found = await readJson(join(home, `${name}.json`), digest);
    if (found !== undefined || name === 'provenance') return found;
    return readJson(join(home, `${onlyGate}.json`), digest);
  }

  async get(digest: string): Promise<Release | undefined> {
    const home = this.#home(digest);
    if (home === undefined || !(await isDirectory(home))) return undefined;
    const dir = join(home, 'tree');
    const found = await readTree(dir).then(treeDigest, (thrown) => messageOf(thrown));
    if (found !== digest) throw corrupt(digest, found);
    const { service, commit } = (await readJson(join(home, 'release.json'), digest)) ?? {};
    if (typeof service !== 'string' || typeof commit !== 'string') throw corrupt(digest, 'no release.json');
    return { digest, service, commit, dir };
  }

  async collect({
    keep,
    before,
    dryRun,
  }: Parameters<ReleaseStore['collect']>[0]): Promise<readonly string[]> {
    const names = await readdir(this.#dir);
    const unwanted: string[] = [];
    for (const name of names.filter((each) => hexName.test(each) && !keep.has(`sha256:${each}`))) {
      // release.json is written, or touched, by every put.
      const put = await stat(join(this.#dir, name, 'release.json')).catch(() => undefined);
      if (put === undefined || put.mtime < before) unwanted.push(`sha256:${name}`);
    }
    if (dryRun) return unwanted;
    for (const digest of unwanted) await this.#discard(join(this.#dir, digest.slice('sha256:'.length)));
    for (const name of names.filter(isAbandoned)) await removeTree(join(this.#dir, name));
    return unwanted;
  }

  /** One rename makes a release appear whole. */
  async #publish(made: string, { digest, service, commit }: Omit<Release, 'dir'>): Promise<Release> {
    const home = this.#home(digest);
    if (home === undefined) throw notFound(digest);
    try {
      await rename(made, home);
    } catch (thrown) {
      if (!isTaken(thrown)) throw thrown;
      const first = await this.#intact(digest);
      if (first !== undefined) return first;
      await this.#heal(made, home);
    }
    await syncPath(this.#dir);
    return { digest, service, commit, dir: join(home, 'tree') };
  }

  async #intact(digest: string): Promise<Release | undefined> {
    return this.get(digest).catch(() => undefined);
  }

  /** Keeps the attestations: they are about the digest, and the new content has it. */
  async #heal(made: string, home: string): Promise<void> {
    const tree = join(home, 'tree');
    if (await isDirectory(tree)) await this.#discard(tree);
    // A directory that its owner cannot write cannot be moved to another parent.
    await chmod(join(made, 'tree'), 0o755);
    await rename(join(made, 'tree'), tree).catch((thrown) => {
      // Another put has mended it in between, with the same content.
      if (!isTaken(thrown)) throw thrown;
    });
    await chmod(tree, 0o555);
    await rename(join(made, 'release.json'), join(home, 'release.json'));
    await syncPath(home);
  }

  /** Out of sight in one step, then gone. */
  async #discard(dir: string): Promise<void> {
    const old = this.#scrap('old');
    await chmod(dir, 0o700);
    await rename(dir, old);
    await removeTree(old);
  }

  #scrap(kind: 'new' | 'old'): string {
    return join(this.#dir, `.${kind}-${process.pid}-${randomBytes(8).toString('hex')}`);
  }

  /** undefined: no release can have that digest. It becomes a path, so nothing but 64 hex digits may pass. */
  #home(digest: string): string | undefined {
    const hex = digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : '';
    return hexName.test(hex) ? join(this.#dir, hex) : undefined;
  }
}

/** A scrap whose process is gone. One whose number is in use again stays until that ends too. */
function isAbandoned(name: string): boolean {
  const pid = scrapName.exec(name)?.[1];
  if (pid === undefined || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH';
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

async function writeDurably(path: string, data: JsonObject): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(8).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o644);
  try {
    await file.writeFile(`${JSON.stringify(data)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncPath(join(path, '..'));
}

async function readJson(path: string, digest: string): Promise<JsonObject | undefined> {
  const text = await readFile(path, 'utf8').catch((thrown) => {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  });
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJsonObject(parsed)) return parsed;
  } catch {
    // Told below.
  }
  throw corrupt(digest, `no JSON object in ${path}`);
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errno(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}
const isAbsent = (thrown: unknown) => errno(thrown) === 'ENOENT';
const isTaken = (thrown: unknown) => ['ENOTEMPTY', 'EEXIST'].includes(errno(thrown));

function notFound(digest: string): AutolandError {
  return new AutolandError('release.not-found', `expected a stored release ${digest}, found none`, {
    mend: 'build it again from its commit',
  });
}

function corrupt(digest: string, found: string): AutolandError {
  return new AutolandError('release.corrupt', `expected the files of ${digest}, found ${found}`, {
    mend: 'do not run it; find out who changed it, and build it again from its commit',
  });
}
