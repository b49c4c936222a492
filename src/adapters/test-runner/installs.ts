import { createHash } from 'node:crypto';
import { access, cp, mkdir, mkdtemp, readdir, readFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { SandboxResult } from '../../ports/sandbox.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';

/** Runs a command with `dir` as its working directory and the registry in reach. */
export type RunInstall = (argv: Argv, dir: string) => Promise<SandboxResult>;

const kept = 6;

/**
 * What `npm ci` makes of the same manifests and lockfile, kept for the next job. An install job sees these files alone,
 * runs no scripts and checks every digest, so what it writes depends on nothing else; users get a copy, never the kept one.
 */
export class Installs {
  readonly #dir: string;
  readonly #run: RunInstall;
  readonly #salt: string;
  readonly #underWay = new Map<string, Promise<SandboxResult | undefined>>();

  /** `salt` names what else decides the outcome: the versions of Node and of this layout. */
  constructor(dir: string, run: RunInstall, salt: string) {
    this.#dir = dir;
    this.#run = run;
    this.#salt = salt;
  }

  /** Puts node_modules into `tree`. Answers undefined when it did, else the result of the install that failed. */
  async provide(tree: string, argv: Argv): Promise<SandboxResult | undefined> {
    const inputs = await inputsOf(tree);
    const hash = createHash('sha256').update(JSON.stringify([this.#salt, argv]));
    for (const path of inputs)
      hash.update(JSON.stringify([path, (await readFile(join(tree, path))).toString('base64')]));
    const place = join(this.#dir, hash.digest('hex'));
    if (!(await exists(place))) {
      const failure = await this.#once(place, () => this.#install({ tree, inputs, place, argv }));
      if (failure !== undefined) return failure;
    }
    await copyModules(place, tree);
    return undefined;
  }

  #once(place: string, make: () => Promise<SandboxResult | undefined>): Promise<SandboxResult | undefined> {
    const running = this.#underWay.get(place);
    if (running !== undefined) return running;
    const started = make().finally(() => this.#underWay.delete(place));
    this.#underWay.set(place, started);
    return started;
  }

  async #install(job: {
    tree: string;
    inputs: readonly string[];
    place: string;
    argv: Argv;
  }): Promise<SandboxResult | undefined> {
    await mkdir(this.#dir, { recursive: true });
    const draft = await mkdtemp(join(this.#dir, 'draft-'));
    try {
      for (const path of job.inputs) {
        await mkdir(dirname(join(draft, path)), { recursive: true });
        await cp(join(job.tree, path), join(draft, path));
      }
      const result = await this.#run(job.argv, draft);
      if (result.kind !== 'exited' || result.code !== 0) return result;
      await this.#makeRoom();
      // Another process may have been faster; its install is as good.
      await rename(draft, job.place).catch(async (error: unknown) => {
        if (!(await exists(job.place))) throw error;
      });
      return undefined;
    } finally {
      await removeTree(draft);
    }
  }

  async #makeRoom(): Promise<void> {
    const names = (await readdir(this.#dir)).filter(
      (name) => !name.startsWith('draft-') && !this.#underWay.has(join(this.#dir, name)),
    );
    const aged = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(this.#dir, name))).mtimeMs })),
    );
    const old = aged.sort((a, b) => b.at - a.at).slice(kept - 1);
    for (const { name } of old) await removeTree(join(this.#dir, name));
  }
}

/** Every package.json and the root's lockfile; none of them below node_modules. */
async function inputsOf(tree: string): Promise<string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .filter((path) => path === 'package-lock.json' || basename(path) === 'package.json')
    .filter((path) => !path.split('/').includes('node_modules'))
    .sort();
}

async function copyModules(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const roots = entries
    .filter((entry) => entry.isDirectory() && entry.name === 'node_modules')
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
    .filter((path) => path.split('/').filter((part) => part === 'node_modules').length === 1);
  for (const path of roots) {
    await removeTree(join(to, path));
    await cp(join(from, path), join(to, path), {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
