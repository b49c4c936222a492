import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { join, matchesGlob, relative } from 'node:path';
import type { Config } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { slsaProvenance } from '../../domain/statements.ts';
import type { Attestor } from '../../ports/attestor.ts';
import type { Builder } from '../../ports/builder.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TreeExporter } from '../../ports/git-host.ts';
import type { ReleaseStore } from '../../ports/release-store.ts';
import type { Sandbox, SandboxResult } from '../../ports/sandbox.ts';
import { removeTree } from '../remove-tree.ts';
import { removeAllBut } from './select-files.ts';

export type SandboxBuilderOptions = {
  readonly git: TreeExporter;
  readonly sandbox: Pick<Sandbox, 'run'>;
  readonly releases: ReleaseStore;
  readonly attestor: Attestor;
  readonly clock: Clock;
  /** What provenance names as the source. */
  readonly repository: string;
  /** An existing directory that the sandbox can mount from. */
  readonly workspace: string;
};

type Argv = readonly [string, ...string[]];

const inside = '/build';
const limits = { seconds: 900, memoryMiB: 4096, processes: 512, diskMiB: 4096, outputKiB: 256 };
const plain = { CI: '1', NO_COLOR: '1' };

/** Installs, builds and prunes in the sandbox; no cache of any other job goes into a release. */
export class SandboxBuilder implements Builder {
  readonly #options: SandboxBuilderOptions;

  constructor(options: SandboxBuilderOptions) {
    this.#options = options;
  }

  async build(commit: Sha, config: Config): Promise<{ digest: string } | { failed: string }> {
    const { git, clock, workspace } = this.#options;
    const startedOn = clock.now();
    const job = await mkdtemp(join(workspace, 'build-'));
    try {
      // The sandbox's user must be able to pass through.
      await chmod(job, 0o711);
      const tree = join(job, 'tree');
      await git.exportTree(commit, tree);
      for (const { argv, network, env } of commandsOf(config)) {
        const result = await this.#run(tree, argv, { network, env });
        if (result.kind === 'limit')
          return { failed: `${argv.join(' ')} went over its limit of ${result.limit}` };
        if (result.code !== 0)
          return { failed: `${argv.join(' ')} exited ${result.code}: ${tailOf(result)}` };
      }
      const include = config.service?.artifact?.include;
      if (include !== undefined)
        await removeAllBut(tree, (path) =>
          include.some((pattern) => matchesGlob(relative(tree, path), pattern)),
        );
      return { digest: await this.#store(tree, commit, config, startedOn) };
    } finally {
      await removeTree(job);
    }
  }

  #run(
    tree: string,
    argv: Argv,
    how: { network: 'none' | 'registry'; env: Readonly<Record<string, string>> },
  ): Promise<SandboxResult> {
    const mounts = [{ source: tree, target: inside, mode: 'write' as const }];
    return this.#options.sandbox.run({ argv, cwd: inside, mounts, limits, ...how });
  }

  async #store(tree: string, commit: Sha, config: Config, startedOn: Date): Promise<string> {
    const { releases, attestor, clock, repository } = this.#options;
    const service = config.service?.name ?? 'library';
    const { digest } = await releases.put({ dir: tree, service, commit });
    const provenance = slsaProvenance({
      subject: { name: service, digest },
      repository,
      commit,
      parameters: { install: config.commands.install, build: config.commands.build },
      invocation: randomUUID(),
      startedOn,
      finishedOn: clock.now(),
    });
    await releases.attach(digest, 'provenance', await attestor.sign('verifier', provenance));
    return digest;
  }
}

type Command = {
  readonly argv: Argv;
  readonly network: 'none' | 'registry';
  readonly env: Readonly<Record<string, string>>;
};

/** Development dependencies are there for the build only; where nothing is built they are not installed at all. */
function commandsOf(config: Config): readonly Command[] {
  const { install, build } = config.commands;
  const commands: Command[] = [];
  const isNpm = install?.[0] === 'npm';
  const omit = isNpm && build === null ? { npm_config_omit: 'dev' } : {};
  if (install !== null)
    commands.push({ argv: toArgv(install), network: 'registry', env: { ...plain, ...omit } });
  if (build !== null) commands.push({ argv: toArgv(build), network: 'none', env: plain });
  if (isNpm && build !== null)
    commands.push({
      argv: ['npm', 'prune', '--omit=dev', '--ignore-scripts', '--offline'],
      network: 'none',
      env: plain,
    });
  return commands;
}

function toArgv([file = '', ...args]: readonly string[]): Argv {
  return [file, ...args];
}

function tailOf(result: Extract<SandboxResult, { kind: 'exited' }>): string {
  return `${result.stdout.slice(-500)}\n${result.stderr.slice(-1500)}`.trim();
}
