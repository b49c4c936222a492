import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha } from '../../domain/change.ts';
import { messageOf } from '../../domain/errors.ts';
import { Limiter } from '../../domain/limiter.ts';
import type { Reproduction, TwoBuilds } from '../../domain/reproduction.ts';
import type { BuildCommands, Reproducer } from '../../ports/reproducer.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';
import { removeTree } from '../remove-tree.ts';
import { isGreen } from '../test-runner/job-result.ts';
import type { ProjectCommands, ProjectJobs } from '../test-runner/project-commands.ts';
import { differing, fingerprints, mirrorTree } from './mirror-tree.ts';

const seconds = 900;
const shown = 20;
const tailCharacters = 1500;
const longAgo = new Date('2001-02-03T04:05:06Z');

/** What a build must not see. Time itself differs, because one build runs after the other. */
const worlds = [
  { TZ: 'UTC', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
  { TZ: 'Pacific/Apia', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
] as const;

/** Installs once, copies what there is, and builds both: the lockfile answers for what is installed. */
export class SandboxReproducer implements Reproducer {
  readonly #limiter = new Limiter(1);
  readonly #jobs: ProjectJobs;
  readonly #commands: ProjectCommands;

  constructor(jobs: ProjectJobs) {
    this.#jobs = jobs;
    this.#commands = jobs.commands;
  }

  /** One at a time: several at once would take the processors from production. */
  compare(commands: BuildCommands, { base, head }: { base: Sha; head: Sha }): Promise<Reproduction> {
    return this.#limiter.run(async () => {
      const ours = await this.#twice(commands, head);
      return { head: ours, base: ours.kind === 'different' ? await this.#twice(commands, base) : undefined };
    });
  }

  async #twice({ install, build }: BuildCommands, commit: Sha): Promise<TwoBuilds> {
    const job = await mkdtemp(join(this.#jobs.workspace, 'reproduce-'));
    try {
      // The sandbox's own user passes through it to what is mounted, and cannot list it.
      await chmod(job, 0o711);
      const dirs = [join(job, 'one'), join(job, 'other')] as const;
      await this.#jobs.git.exportTree(commit, dirs[0]);
      const failed = await this.#commands.prepare({ install, build: null }, dirs[0]);
      if (failed !== undefined) return { kind: 'failed', phase: 'install', why: whyOf(failed.result) };
      await mirrorTree(dirs[0], dirs[1], longAgo);
      for (const [at, env] of worlds.entries()) {
        const built = await this.#commands.run(build, dirs[at] ?? '', { phase: 'build', seconds, env });
        if (!isGreen(built)) return { kind: 'failed', phase: 'build', why: whyOf(built) };
      }
      return await compareTrees(...dirs);
    } finally {
      await this.#commands.release(join(job, 'one'));
      await removeTree(job);
    }
  }
}

async function compareTrees(one: string, other: string): Promise<TwoBuilds> {
  try {
    const [first, second] = [await fingerprints(one), await fingerprints(other)];
    const paths = differing(first, second);
    if (paths.length === 0) return { kind: 'same', files: first.size };
    return { kind: 'different', paths: paths.slice(0, shown), count: paths.length };
  } catch (error) {
    // A build may leave what nobody can read.
    return { kind: 'failed', phase: 'build', why: `What it wrote cannot be compared: ${messageOf(error)}` };
  }
}

function whyOf(result: SandboxResult): string {
  if (result.kind === 'limit') return `It went over its limit of ${result.limit}.`;
  return `${result.stdout}\n${result.stderr}`.trim().slice(-tailCharacters);
}
