import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Transcript } from '../../domain/transcript.ts';
import type { AgentJob, AgentRun, CodingAgent } from '../../ports/coding-agent.ts';
import type { Sandbox, SandboxMount, SandboxResult } from '../../ports/sandbox.ts';
import { removeTree } from '../remove-tree.ts';
import { isGreen, outputKiB } from '../test-runner/job-result.ts';
import { type ProjectJobs, projectInside } from '../test-runner/project-commands.ts';
import { changedSince, contentsOf } from './left-files.ts';
import { readTranscript } from './transcript/read-transcript.ts';

/** Where it finds its own program. */
export const agentInside = '/agent';

/** One exported tree, installed as for tests, in which the agent works. */
export class SandboxAgent implements CodingAgent {
  readonly #jobs: ProjectJobs;
  readonly #sandbox: Pick<Sandbox, 'run'>;

  constructor(jobs: ProjectJobs, sandbox: Pick<Sandbox, 'run'>) {
    this.#jobs = jobs;
    this.#sandbox = sandbox;
  }

  async work(asked: AgentJob): Promise<AgentRun> {
    const { git, commands, workspace } = this.#jobs;
    const job = await mkdtemp(join(workspace, 'agent-'));
    const tree = join(job, 'tree');
    try {
      // The sandbox's own user passes through it to what is mounted, and cannot list it.
      await chmod(job, 0o711);
      await git.exportTree(asked.commit, tree);
      const failed = await commands.install(asked.install, tree, { how: 'copy' });
      if (failed !== undefined)
        return {
          ...outputOf(failed),
          transcript: undefined,
          kind: 'failed',
          why: 'could not be given an install',
        };
      // What the install leaves is no work of the agent's.
      const before = await contentsOf(tree);
      const result = await this.#sandbox.run(jobOf(asked, tree));
      const said = { ...outputOf(result), transcript: readTranscript(result.stdout) };
      const failure = failureOf(result, said.transcript);
      if (failure !== undefined) return { ...said, kind: 'failed', why: failure };
      const files = await changedSince(tree, before);
      if (typeof files === 'string') return { ...said, kind: 'failed', why: files };
      return { ...said, kind: 'ran', files };
    } finally {
      await commands.release(tree);
      await removeTree(job);
    }
  }
}

function jobOf(
  { argv, directory, door, env, seconds }: AgentJob,
  tree: string,
): Parameters<Sandbox['run']>[0] {
  const mounts: SandboxMount[] = [{ source: tree, target: projectInside, mode: 'write' }];
  if (directory !== undefined) mounts.push({ source: directory, target: agentInside, mode: 'read' });
  return {
    argv,
    cwd: projectInside,
    env: { HOME: '/tmp', ...env, ...door.env },
    mounts,
    network: 'none',
    modelSocket: door.modelSocket,
    limits: { seconds, memoryMiB: 4096, processes: 512, diskMiB: 4096, outputKiB },
  };
}

function outputOf({ stdout, stderr, ms }: SandboxResult) {
  return { stdout, stderr, ms };
}

/** Its own word counts against it: that it ended well is not enough where it says that it did not. */
function failureOf(result: SandboxResult, transcript: Transcript | undefined): string | undefined {
  if (!isGreen(result)) return endOf(result);
  if (transcript?.end.kind === 'open') return 'ended without saying that it was done';
  return transcript?.end.kind === 'failed' ? 'says that it failed' : undefined;
}

function endOf(result: SandboxResult): string {
  return result.kind === 'limit' ? `went over its limit of ${result.limit}` : `ended with ${result.code}`;
}
