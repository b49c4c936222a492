import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { Sandbox, SandboxMount, SandboxResult } from '../../ports/sandbox.ts';
import type { Argv, TestCommands } from '../../ports/test-runner.ts';
import { giveTo, ownerOf } from '../sandbox/bubblewrap/give-to.ts';
import type { Identity } from '../sandbox/bubblewrap/identity.ts';
import { type HowToProvide, Installs } from './installs.ts';
import { isGreen, outputKiB } from './job-result.ts';
import type { ReadTarball } from './swap-packages.ts';

export type ProjectCommandsOptions = {
  readonly sandbox: Pick<Sandbox, 'run'>;
  /** An existing directory, on a path without links that the sandbox can mount from. */
  readonly workspace: string;
  /** Where what `npm ci` installs is kept, out of any sandbox's reach; absent: below the workspace. */
  readonly installs?: string;
  /** Of the Node in the sandbox: installs are kept apart by it. */
  readonly nodeVersion: string;
  /** Whether kept installs are lent instead of copied: for whoever runs one job after the other. */
  readonly lends?: boolean;
  /** Absent: what differs from one install to the next is npm's to fetch. */
  readonly tarball?: ReadTarball;
  /** The ids of the sandbox's jobs; undefined: this process's own. */
  readonly owner?: Identity | undefined;
};

/** What all share that run a project: who installs for himself would install the same again, beside the others. */
export type ProjectJobs = {
  readonly git: TreeExporter;
  readonly workspace: string;
  readonly nodeVersion: string;
  readonly commands: ProjectCommands;
};

export function projectJobs(options: ProjectCommandsOptions & { readonly git: TreeExporter }): ProjectJobs {
  const { git, workspace, nodeVersion } = options;
  return { git, workspace, nodeVersion, commands: new ProjectCommands(options) };
}

export type Phase = 'install' | 'build' | 'test';

export type FailedPhase = { readonly phase: Exclude<Phase, 'test'>; readonly result: SandboxResult };

/** How one command is run. */
export type PhaseJob = {
  readonly phase: Phase;
  readonly seconds: number;
  /** Besides what every command of the phase gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: readonly SandboxMount[];
  /** Absent: `write`, since tools keep things beside what they work on. */
  readonly project?: SandboxMount['mode'];
};

export type HowToInstall = {
  readonly how?: HowToProvide | undefined;
  /** Where one that differs little is kept. */
  readonly near?: string | undefined;
};

type Keeper = (dir: string, near?: string) => Promise<SandboxResult | undefined>;

/** Where the project stands in the sandbox. */
export const projectInside = '/work';
const buildSeconds = 900;

/** Installs, builds and tests an exported tree in the sandbox. */
export class ProjectCommands {
  readonly #sandbox: Pick<Sandbox, 'run'>;
  readonly #installs: Installs;
  readonly #how: HowToProvide;
  readonly #owner: Identity | undefined;

  constructor(options: ProjectCommandsOptions) {
    const { sandbox, workspace, nodeVersion, installs, tarball, owner, lends = false } = options;
    this.#how = lends ? 'lend' : 'copy';
    this.#owner = owner;
    this.#sandbox = sandbox;
    const run = (argv: Argv, dir: string) => this.#install(argv, dir);
    const dir = installs ?? join(workspace, 'installs');
    this.#installs = new Installs({ dir, drafts: workspace, run, salt: `2 ${nodeVersion}`, tarball, owner });
  }

  /** Hands a tree that was just written to whose jobs will use it, while it is small: each of them would ask all that is installed. */
  async handOver(dir: string): Promise<void> {
    if (this.#owner !== undefined) await giveTo(dir, this.#owner, [await ownerOf(dir)]);
  }

  /** Installs and builds; answers the phase that failed, or undefined. */
  async prepare(
    { install, build }: Pick<TestCommands, 'install' | 'build'>,
    dir: string,
  ): Promise<FailedPhase | undefined> {
    const result = await this.install(install, dir);
    return result === undefined ? this.build(build, dir) : { phase: 'install', result };
  }

  /** Answers the result of the install that failed, or undefined. */
  async install(
    argv: Argv | null,
    dir: string,
    { how = this.#how, near }: HowToInstall = {},
  ): Promise<SandboxResult | undefined> {
    if (argv === null) return undefined;
    if (keeps(argv)) return this.#installs.provide({ tree: dir, argv, near }, how);
    const result = await this.#install(argv, dir);
    return isGreen(result) ? undefined : result;
  }

  /** Has an install made and hands it to nobody. Answers the result of one that failed, or undefined. undefined: it cannot be kept. */
  keeper(argv: Argv | null): Keeper | undefined {
    return keeps(argv) ? (tree, near) => this.#installs.keep({ tree, argv, near }) : undefined;
  }

  /** How two trees are installed side by side, the second out of the first. One install cannot be lent to both. */
  async besides(argv: Argv | null, [one, other]: readonly [string, string]): Promise<HowToInstall> {
    if (!keeps(argv)) return {};
    const places = [one, other].map((tree) => this.#installs.placeOf({ tree, argv }));
    const [near, own] = await Promise.all(places);
    return near === own ? { how: 'copy' } : { near };
  }

  /** Before the directories of a job are removed, when nothing of it runs any more. */
  async release(...dirs: readonly string[]): Promise<void> {
    for (const dir of dirs) await this.#installs.giveBack(dir);
  }

  async build(argv: Argv | null, dir: string): Promise<FailedPhase | undefined> {
    if (argv === null) return undefined;
    const result = await this.run(argv, dir, { phase: 'build', seconds: buildSeconds });
    return isGreen(result) ? undefined : { phase: 'build', result };
  }

  async run(argv: Argv, dir: string, job: PhaseJob): Promise<SandboxResult> {
    await mkdir(dir, { recursive: true });
    const own = { source: dir, target: projectInside, mode: job.project ?? 'write' };
    const mounts = [own, ...(job.mounts ?? [])].map((mount) => ({
      ...mount,
      known: this.#installs.untouched(mount.source),
    }));
    return this.#sandbox.run({
      argv,
      cwd: projectInside,
      env: { ...environments[job.phase], ...job.env },
      mounts,
      network: job.phase === 'install' ? 'registry' : 'none',
      limits: { seconds: job.seconds, memoryMiB: 4096, processes: 512, diskMiB: 4096, outputKiB },
    });
  }

  #install(argv: Argv, dir: string): Promise<SandboxResult> {
    return this.run(argv, dir, { phase: 'install', seconds: buildSeconds });
  }
}

/** Only `npm ci` is known to need nothing but the manifests. */
function keeps(argv: Argv | null): argv is Argv {
  return argv?.[0] === 'npm' && argv[1] === 'ci';
}

const plain = { CI: '1', NO_COLOR: '1', FORCE_COLOR: '0', npm_config_update_notifier: 'false' };
const environments = {
  install: {
    ...plain,
    npm_config_ignore_scripts: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  },
  build: plain,
  test: plain,
} as const;
