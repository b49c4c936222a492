import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reply } from './batch-replies.ts';
import { ObjectProcess, type Question } from './object-process.ts';
import type { RepositoryLocation } from './repository.ts';
import { defaultGitLimits, type GitLimits, type GitOutput, runGit } from './run-git.ts';

export type ViewOptions = {
  readonly limits?: GitLimits;
  /** Where the scratch directory is made; default: the system's, which some machines clean of what is days old. */
  readonly scratchIn?: string;
  /** Where history is cut off, as `shallow` of a clone tells it: without it git looks for commits that are not there. */
  readonly cuts?: Buffer;
};

export type RunOptions = Pick<Parameters<typeof runGit>[0], 'stdin' | 'accept' | 'limits' | 'env'> & {
  readonly cwd?: string;
};

/**
 * Two ways to run git on one repository.
 * `objects` works in a private, empty repository that only borrows the object directory: no configuration, attributes, grafts
 * or refs of the repository are ever read, so no filter, textconv, diff or merge driver can run and no ref can shadow an object name.
 * `refs` works in the repository itself and is for show-ref and update-ref alone, with its hooks switched off.
 */
export class GitView {
  readonly location: RepositoryLocation;
  readonly #options: ViewOptions;
  readonly #objects: ObjectProcess;
  #scratch: string;
  #remaking: Promise<string> | undefined;
  readonly #onExit = () => rmSync(this.#scratch, { recursive: true, force: true });

  constructor(location: RepositoryLocation, scratch: string, options: ViewOptions) {
    this.location = location;
    this.#scratch = scratch;
    this.#options = options;
    const place = async () => ({ cwd: await this.#whole(), env: await this.#where() });
    this.#objects = new ObjectProcess(place, options.limits);
    process.once('exit', this.#onExit);
  }

  static async open(location: RepositoryLocation, options: ViewOptions = {}): Promise<GitView> {
    return new GitView(location, await makeScratch(location, options), options);
  }

  async objects(args: readonly string[], options: RunOptions = {}): Promise<GitOutput> {
    return this.#run(args, { ...options, env: { ...(await this.#where()), ...options.env } });
  }

  /** As `objects` does, of a process that others ask too. Rejects with `git.failed`, `git.timeout` or `git.too-large`. */
  ask(question: Question): Promise<Reply> {
    return this.#objects.ask(question);
  }

  async refs(args: readonly string[], options: RunOptions = {}): Promise<GitOutput> {
    await this.#whole();
    return this.#run(args, { ...options, env: { GIT_DIR: this.location.gitDir } });
  }

  /** The path of an index file that nobody else uses, removed after `use`. */
  async withIndex<T>(use: (env: Record<string, string>) => Promise<T>): Promise<T> {
    const path = join(await this.#whole(), `index-${randomBytes(8).toString('hex')}`);
    try {
      return await use({ GIT_INDEX_FILE: path });
    } finally {
      await rm(path, { force: true });
    }
  }

  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    this.#objects.close();
    await rm(this.#scratch, { recursive: true, force: true });
  }

  async #where(): Promise<Record<string, string>> {
    return { GIT_DIR: await this.#whole(), GIT_OBJECT_DIRECTORY: this.location.objectsDir };
  }

  #run(args: readonly string[], options: RunOptions): Promise<GitOutput> {
    const { limits = defaultGitLimits } = this.#options;
    return runGit({ args, cwd: this.#scratch, limits, ...options });
  }

  /**
   * Without its scratch git finds no repository, and answers every question with no. A new one gets a new name: under
   * the old one somebody else may have made a directory meanwhile.
   */
  async #whole(): Promise<string> {
    if (await isWhole(this.#scratch)) return this.#scratch;
    this.#remaking ??= makeScratch(this.location, this.#options).finally(() => {
      this.#remaking = undefined;
    });
    this.#scratch = await this.#remaking;
    return this.#scratch;
  }
}

const scratchDirs = ['refs', 'objects'];

/** Its name says whose it is, so that what a killed process left can be swept. */
async function makeScratch(location: RepositoryLocation, options: ViewOptions): Promise<string> {
  const { scratchIn = tmpdir(), cuts } = options;
  await mkdir(scratchIn, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(scratchIn, `autoland-git-${process.pid}-`));
  for (const dir of scratchDirs) await mkdir(join(scratch, dir));
  await writeFile(join(scratch, 'config'), emptyConfig(location));
  await writeFile(join(scratch, 'HEAD'), 'ref: refs/heads/none\n');
  if (cuts !== undefined) await writeFile(join(scratch, 'shallow'), cuts);
  return scratch;
}

async function isWhole(scratch: string): Promise<boolean> {
  try {
    const { uid } = await lstat(scratch);
    const parts = [...scratchDirs, 'config', 'HEAD'];
    await Promise.all(parts.map((part) => lstat(join(scratch, part))));
    return uid === process.geteuid?.();
  } catch {
    return false;
  }
}

function emptyConfig({ objectFormat, shared }: RepositoryLocation): string {
  const extension = objectFormat === 'sha256' ? '[extensions]\n\tobjectFormat = sha256\n' : '';
  const version = objectFormat === 'sha256' ? 1 : 0;
  const sharing = shared === undefined ? '' : `\tsharedRepository = ${shared}\n`;
  return `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${sharing}${extension}`;
}
