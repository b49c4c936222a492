import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type {
  FileHistory,
  FileMoves,
  GitInbox,
  GitLander,
  GitReader,
  LineHistory,
  TreeExporter,
} from '../../../ports/git-host.ts';
import type { KeyRing } from '../../../ports/key-ring.ts';
import type { Identity } from './commit-object.ts';
import type { ExportLimits } from './export-plan.ts';
import { LocalTreeExporter } from './exporter.ts';
import { GitView } from './git-view.ts';
import { LocalGitInbox } from './inbox.ts';
import { LocalGitLander } from './lander.ts';
import { LocalGitReader } from './reader.ts';
import { assertBare, locateRepository } from './repository.ts';
import { type GitLimits, runGit } from './run-git.ts';
import { allowedSignersLine } from './ssh-signature.ts';

export type GitHostOptions = {
  /** A bare repository on this machine. */
  readonly dir: string;
  readonly keyRing: KeyRing;
  /** Author and committer of what lands. */
  readonly bot: Identity;
  readonly limits?: GitLimits;
  readonly exportLimits?: ExportLimits;
  /** Where scratch lies, for as long as the host is open; default: the system's directory for temporary files. */
  readonly scratchIn?: string;
};

/** Rejects with `repo.not-found`, `repo.not-bare`, or `git.failed` when git is too old. */
export async function openGitHost(options: GitHostOptions): Promise<LocalGitHost> {
  const location = await assertBare(options.dir);
  await assertVersion(location.gitDir);
  return new LocalGitHost(await GitView.open(location, options), options);
}

/** Reads any repository, work trees too: for checks that land nothing. `close` it afterwards. */
export async function openGitReader(
  dir: string,
  limits: { limits?: GitLimits; exportLimits?: ExportLimits } = {},
): Promise<{ reader: GitReader; exporter: TreeExporter; close: () => Promise<void> }> {
  const view = await GitView.open(await locateRepository(dir), limits);
  const exporter = new LocalTreeExporter(view, limits.exportLimits);
  return { reader: new LocalGitReader(view), exporter, close: () => view.close() };
}

/** Reads a bare repository and takes proposals in, without a key: nothing here can write a protected branch. `close` it afterwards. */
export async function openInbox(
  dir: string,
  options: Pick<GitHostOptions, 'scratchIn'>,
): Promise<{ reader: GitReader; inbox: GitInbox; close: () => Promise<void> }> {
  const view = await GitView.open(await assertBare(dir), options);
  return { reader: new LocalGitReader(view), inbox: new LocalGitInbox(view), close: () => view.close() };
}

/** A git host made of one bare repository and the `git` command. `close` it, or its scratch directory stays until the process exits. */
export class LocalGitHost
  implements GitReader, FileHistory, FileMoves, LineHistory, TreeExporter, GitInbox, GitLander
{
  /** The bare repository. */
  readonly dir: string;
  readonly #view: GitView;
  readonly #reader: LocalGitReader;
  readonly #exporter: LocalTreeExporter;
  readonly #inbox: LocalGitInbox;
  readonly #lander: LocalGitLander;
  readonly #signing: { keyRing: KeyRing; bot: Identity };

  constructor(view: GitView, options: GitHostOptions) {
    this.dir = view.location.gitDir;
    this.#view = view;
    this.#signing = { keyRing: options.keyRing, bot: options.bot };
    this.#reader = new LocalGitReader(view);
    this.#exporter = new LocalTreeExporter(view, options.exportLimits);
    this.#inbox = new LocalGitInbox(view);
    this.#lander = new LocalGitLander(view, this.#signing, this.#inbox);
  }

  resolve(ref: string) {
    return this.#reader.resolve(ref);
  }
  diff(base: Sha, head: Sha) {
    return this.#reader.diff(base, head);
  }
  history(base: Sha | null, head: Sha) {
    return this.#reader.history(base, head);
  }
  touches(head: Sha, paths: readonly string[], most: number) {
    return this.#reader.touches(head, paths, most);
  }
  moves(head: Sha, paths: readonly string[], most: number) {
    return this.#reader.moves(head, paths, most);
  }
  blame(head: Sha, path: string, lines: Parameters<LineHistory['blame']>[2]) {
    return this.#reader.blame(head, path, lines);
  }
  readFile(commit: Sha, path: string) {
    return this.#reader.readFile(commit, path);
  }
  list(commit: Sha, under: string) {
    return this.#reader.list(commit, under);
  }
  exportTree(commit: Sha, dir: string) {
    return this.#exporter.exportTree(commit, dir);
  }
  propose(input: Parameters<GitInbox['propose']>[0]) {
    return this.#inbox.propose(input);
  }
  mergeTree(tip: Sha, head: Sha) {
    return this.#lander.mergeTree(tip, head);
  }
  revertTree(tip: Sha, commit: Sha) {
    return this.#lander.revertTree(tip, commit);
  }
  makeCommit(input: Parameters<GitLander['makeCommit']>[0]) {
    return this.#lander.makeCommit(input);
  }
  advance(branch: string, from: Sha, to: Sha) {
    return this.#lander.advance(branch, from, to);
  }
  point(ref: string, to: Sha) {
    return this.#lander.point(ref, to);
  }

  /** The line of an allowed-signers file with which `git verify-commit` accepts what this host lands. */
  async allowedSigners(): Promise<string> {
    return allowedSignersLine(this.#signing.bot.email, await this.#signing.keyRing.publicKey('lander'));
  }

  close(): Promise<void> {
    return this.#view.close();
  }
}

async function assertVersion(cwd: string): Promise<void> {
  const said = (await runGit({ args: ['version'], cwd })).stdout.toString().trim();
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(said) ?? [];
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 38)) return;
  throw new AutolandError('git.failed', `expected git 2.38 or newer, found ${said}`, {
    mend: 'install a newer git',
  });
}
