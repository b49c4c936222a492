import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { join, matchesGlob, relative } from 'node:path';
import { promisify } from 'node:util';
import { type Config, type ServiceConfig, servicesOf } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import { slsaProvenance } from '../../domain/statements.ts';
import type { Attestor } from '../../ports/attestor.ts';
import type { Builder, BuildOutcome } from '../../ports/builder.ts';
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

const execute = promisify(execFile);

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

  async build(commit: Sha, config: Config): Promise<BuildOutcome> {
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
      return { digests: await this.#store({ job, tree }, { commit, config, startedOn }) };
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

  async #store({ job, tree }: Made, of: Source): Promise<Record<string, string>> {
    const digests: Record<string, string> = {};
    const [last, ...others] = servicesOf(of.config).toReversed();
    for (const service of others) {
      const copy = join(job, service.name);
      await copyTree(tree, copy);
      digests[service.name] = await this.#put(copy, service, of);
    }
    if (last !== undefined) digests[last.name] = await this.#put(tree, last, of);
    return digests;
  }

  async #put(dir: string, service: ServiceConfig, of: Source): Promise<string> {
    const { releases, attestor, clock, repository } = this.#options;
    const { commit, config, startedOn } = of;
    const include = service.artifact?.include;
    if (include !== undefined)
      await removeAllBut(dir, (path) => include.some((pattern) => matchesGlob(relative(dir, path), pattern)));
    const { digest } = await releases.put({ dir, service: service.name, commit });
    const provenance = slsaProvenance({
      subject: { name: service.name, digest },
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

type Made = { readonly job: string; readonly tree: string };
type Source = { readonly commit: Sha; readonly config: Config; readonly startedOn: Date };

/** As it is, links and modes too; Node's own takes four times as long for an install. */
async function copyTree(from: string, to: string): Promise<void> {
  await execute('cp', ['--archive', '--reflink=auto', '--', from, to]);
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
