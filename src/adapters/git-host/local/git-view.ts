import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RepositoryLocation } from './repository.ts';
import { defaultGitLimits, type GitLimits, type GitOutput, runGit } from './run-git.ts';

export type RunOptions = Pick<Parameters<typeof runGit>[0], 'stdin' | 'accept' | 'limits' | 'env'>;

/**
 * Two ways to run git on one repository.
 * `objects` works in a private, empty repository that only borrows the object directory: no configuration, attributes, grafts
 * or refs of the repository are ever read, so no filter, textconv, diff or merge driver can run and no ref can shadow an object name.
 * `refs` works in the repository itself and is for show-ref and update-ref alone, with its hooks switched off.
 */
export class GitView {
  readonly location: RepositoryLocation;
  readonly #scratch: string;
  readonly #limits: GitLimits;
  readonly #onExit = () => rmSync(this.#scratch, { recursive: true, force: true });

  constructor(location: RepositoryLocation, scratch: string, limits: GitLimits = defaultGitLimits) {
    this.location = location;
    this.#scratch = scratch;
    this.#limits = limits;
    process.once('exit', this.#onExit);
  }

  static async open(location: RepositoryLocation, limits?: GitLimits): Promise<GitView> {
    const scratch = await mkdtemp(join(tmpdir(), `autoland-git-${process.pid}-`));
    await mkdir(join(scratch, 'refs'));
    await mkdir(join(scratch, 'objects'));
    await writeFile(join(scratch, 'HEAD'), 'ref: refs/heads/none\n');
    await writeFile(join(scratch, 'config'), emptyConfig(location));
    return new GitView(location, scratch, limits);
  }

  objects(args: readonly string[], options: RunOptions = {}): Promise<GitOutput> {
    const where = { GIT_DIR: this.#scratch, GIT_OBJECT_DIRECTORY: this.location.objectsDir };
    return this.#run(args, { ...options, env: { ...where, ...options.env } });
  }

  refs(args: readonly string[], options: RunOptions = {}): Promise<GitOutput> {
    return this.#run(args, { ...options, env: { GIT_DIR: this.location.gitDir } });
  }

  /** The path of an index file that nobody else uses, removed after `use`. */
  async withIndex<T>(use: (env: Record<string, string>) => Promise<T>): Promise<T> {
    const path = join(this.#scratch, `index-${randomBytes(8).toString('hex')}`);
    try {
      return await use({ GIT_INDEX_FILE: path });
    } finally {
      await rm(path, { force: true });
    }
  }

  async close(): Promise<void> {
    process.off('exit', this.#onExit);
    await rm(this.#scratch, { recursive: true, force: true });
  }

  #run(args: readonly string[], options: RunOptions): Promise<GitOutput> {
    return runGit({ args, cwd: this.#scratch, limits: this.#limits, ...options });
  }
}

function emptyConfig({ objectFormat, shared }: RepositoryLocation): string {
  const extension = objectFormat === 'sha256' ? '[extensions]\n\tobjectFormat = sha256\n' : '';
  const version = objectFormat === 'sha256' ? 1 : 0;
  const sharing = shared === undefined ? '' : `\tsharedRepository = ${shared}\n`;
  return `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${sharing}${extension}`;
}
