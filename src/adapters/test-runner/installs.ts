import { createHash, randomUUID } from 'node:crypto';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { KnownTree, SandboxResult } from '../../ports/sandbox.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { isErrno } from '../runtime/files.ts';
import { giveTo, ownerOf } from '../sandbox/bubblewrap/give-to.ts';
import type { Identity } from '../sandbox/bubblewrap/identity.ts';
import { copyFiles } from './copy-files.ts';
import { isGreen } from './job-result.ts';
import { Loans } from './loans.ts';
import { copyModules } from './modules.ts';
import { copyUntouched, isAsLocked, updateOf } from './near-install.ts';
import { LaidSwaps, madeOf, type ReadTarball } from './swap-packages.ts';

/** Runs a command with `dir` as its working directory and the registry in reach. */
export type RunInstall = (argv: Argv, dir: string) => Promise<SandboxResult>;

export type InstallsOptions = {
  /** Made when first needed. */
  readonly dir: string;
  /** Where the sandbox can mount from. */
  readonly drafts: string;
  readonly run: RunInstall;
  /** What else decides the outcome: the versions of Node and of this layout. */
  readonly salt: string;
  /** Absent: whatever differs from another install is npm's to fetch. */
  readonly tarball?: ReadTarball | undefined;
  /** The ids whose jobs use what is lent; undefined: this process's own. */
  readonly owner: Identity | undefined;
};

const kept = 6;

/** `lend`: the kept install itself, until it is given back; where it cannot be lent, a copy. */
export type HowToProvide = 'copy' | 'lend';

/** What is installed. */
export type InstallAsked = {
  readonly tree: string;
  readonly argv: Argv;
  /** The place of another one, such as that of the base: where it is there, it saves most of the work. */
  readonly near?: string | undefined;
};

/**
 * What `npm ci` makes of the same manifests and lockfile, kept for the next job. An install job sees these files alone,
 * runs no scripts and checks every digest, so what it writes depends on nothing else; users get a copy, or the kept one while
 * nobody else has it.
 */
export class Installs {
  readonly #options: InstallsOptions;
  readonly #underWay = new Map<string, Promise<SandboxResult | undefined>>();
  /** By the place that is read. */
  readonly #copies = new Map<string, Promise<boolean>>();
  readonly #loans: Loans;

  constructor(options: InstallsOptions) {
    this.#options = options;
    this.#loans = new Loans(options.owner);
  }

  /** Puts node_modules into the tree. Answers undefined when it did, else the result of the install that failed. */
  async provide(asked: InstallAsked, how: HowToProvide = 'copy'): Promise<SandboxResult | undefined> {
    const job = await this.#jobOf(asked);
    const failure = await this.#make(job);
    if (failure !== undefined) return failure;
    if (await this.#hand(job, how)) return undefined;
    // Another process has it, or made room, meanwhile.
    const again = await this.#make(job);
    if (again === undefined) await copyModules(job.place, job.tree);
    return again;
  }

  /** Has it made, for whoever comes. Answers undefined when it is there, else the result of the install that failed. */
  async keep(asked: InstallAsked): Promise<SandboxResult | undefined> {
    return this.#make(await this.#jobOf(asked));
  }

  /** Takes back what was lent, once nothing of the tree runs any more. */
  giveBack(tree: string): Promise<void> {
    return this.#loans.giveBack(tree);
  }

  /** What of a tree need not be looked at before its next job; MUST be asked before each that may write to it. */
  untouched(tree: string): readonly KnownTree[] {
    return this.#loans.untouched(tree);
  }

  /** Where the tree's install is, or will be, kept. Nothing of the tree may run. */
  async placeOf({ tree, argv }: InstallAsked): Promise<string> {
    return (await this.#jobOf({ tree, argv })).place;
  }

  async #jobOf({ tree, argv, near }: InstallAsked): Promise<InstallJob> {
    const inputs = await inputsOf(tree);
    return {
      tree,
      inputs,
      argv,
      near,
      place: join(this.#options.dir, await this.#nameOf(tree, inputs, argv)),
    };
  }

  async #nameOf(tree: string, inputs: readonly string[], argv: Argv): Promise<string> {
    const hash = createHash('sha256').update(JSON.stringify([this.#options.salt, argv]));
    for (const path of inputs)
      hash.update(JSON.stringify([path, (await readFile(join(tree, path))).toString('base64')]));
    return hash.digest('hex');
  }

  /** Answers false when it is gone. */
  async #hand({ place, tree }: InstallJob, how: HowToProvide): Promise<boolean> {
    if (how === 'lend') {
      if (await this.#loans.lend(place, tree, this.#copies.get(place))) return true;
    }
    return copyModules(place, tree).then(() => true, isGone);
  }

  async #make(job: InstallJob): Promise<SandboxResult | undefined> {
    if (await exists(job.place)) {
      // What was used last is forgotten last.
      await utimes(job.place, new Date(), new Date()).catch(isGone);
      return undefined;
    }
    return this.#once(job.place, () => this.#install(job));
  }

  #once(place: string, make: () => Promise<SandboxResult | undefined>): Promise<SandboxResult | undefined> {
    const running = this.#underWay.get(place);
    if (running !== undefined) return running;
    const started = make().finally(() => this.#underWay.delete(place));
    this.#underWay.set(place, started);
    return started;
  }

  async #install(job: InstallJob): Promise<SandboxResult | undefined> {
    const { near, place, argv } = job;
    if (near !== undefined && near !== place) {
      if (await this.#inDraft(job, (draft) => this.#fillFrom(near, draft, argv))) return undefined;
    }
    let failure: SandboxResult | undefined;
    await this.#inDraft(job, async (draft) => {
      const result = await this.#options.run(argv, draft);
      failure = isGreen(result) ? undefined : result;
      return failure === undefined;
    });
    return failure;
  }

  /** What `fill` puts beside the manifests and the lockfile is kept if it answers true. */
  async #inDraft(job: InstallJob, fill: (draft: string) => Promise<boolean>): Promise<boolean> {
    const { dir, drafts, owner } = this.#options;
    const draft = await mkdtemp(join(drafts, 'draft-'));
    try {
      for (const path of job.inputs) {
        await mkdir(dirname(join(draft, path)), { recursive: true });
        await cp(join(job.tree, path), join(draft, path));
      }
      if (owner !== undefined) await giveTo(draft, owner, [await ownerOf(draft)]);
      if (!(await fill(draft))) return false;
      await mkdir(dir, { recursive: true });
      await this.#makeRoom();
      await move(draft, job.place);
      return true;
    } finally {
      await removeTree(draft);
    }
  }

  /** Answers false when it cannot be told to be what `argv` would have made. */
  async #fillFrom(near: string, draft: string, argv: Argv): Promise<boolean> {
    const made = this.#underWay.get(near) ?? Promise.resolve();
    const laying = made.then(() => this.#lay(near, draft, argv)).catch(() => undefined);
    const copying = made.then(
      () => copyUntouched(near, draft),
      () => false,
    );
    this.#copies.set(near, copying);
    const isCopied = await copying.finally(() => {
      if (this.#copies.get(near) === copying) this.#copies.delete(near);
    });
    const laid = await laying;
    try {
      if (!isCopied) return false;
      const swapped = (await laid?.put(draft)) ?? 'none';
      if (swapped !== 'none') return swapped === 'all';
    } finally {
      await laid?.remove();
    }
    return isGreen(await this.#options.run(updateOf(argv), draft)) && (await isAsLocked(draft));
  }

  /** Beside the copy that it has its place in. */
  async #lay(near: string, draft: string, argv: Argv): Promise<LaidSwaps | undefined> {
    const { tarball, drafts, owner } = this.#options;
    if (tarball === undefined || !runsNothing(argv)) return undefined;
    const base = await madeOf(near);
    return base && LaidSwaps.lay(draft, base, { tarball, beside: drafts, owner });
  }

  #isBusy(place: string): boolean {
    return this.#underWay.has(place) || this.#copies.has(place);
  }

  async #makeRoom(): Promise<void> {
    const { dir } = this.#options;
    const names = await readdir(dir);
    const places = names.map((name) => join(dir, name)).filter((place) => !this.#isBusy(place));
    // 0: it is just being lent, or was taken by another process.
    const ageOf = (place: string) =>
      stat(place).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
    const aged = await Promise.all(places.map(async (place) => ({ place, at: await ageOf(place) })));
    const old = aged.sort((a, b) => b.at - a.at).slice(kept - 1);
    for (const { place } of old) await removeTree(place);
  }
}

type InstallJob = {
  readonly tree: string;
  readonly inputs: readonly string[];
  readonly place: string;
  readonly argv: Argv;
  /** A place. */
  readonly near: string | undefined;
};

/** With other options npm may run scripts after all, or leave something out. */
function runsNothing([_npm, _ci, ...options]: Argv): boolean {
  return options.every((option) => ['--ignore-scripts', '--no-audit', '--no-fund'].includes(option));
}

/** Answers false; any other fault is thrown. */
function isGone(error: unknown): false {
  if (isErrno(error, 'ENOENT')) return false;
  throw error;
}

/** Whether an install is made of it: every package.json and the root's lockfile, none of them below node_modules. */
export function isInstallInput(path: string): boolean {
  const isOne = path === 'package-lock.json' || basename(path) === 'package.json';
  return isOne && !path.split('/').includes('node_modules');
}

async function inputsOf(tree: string): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .filter(isInstallInput)
    .sort();
}

/** In one step at the end, so that half an install is never taken for one. */
async function move(draft: string, place: string): Promise<void> {
  try {
    await rename(draft, place);
  } catch (error) {
    // Another process may have been faster; its install is as good.
    if (await exists(place)) return;
    if (!isErrno(error, 'EXDEV')) throw error;
    const near = `${place}.${randomUUID()}`;
    try {
      await copyFiles(draft, near);
      await rename(near, place);
    } finally {
      await removeTree(near);
    }
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
