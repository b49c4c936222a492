import { createHash } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError } from '../../domain/errors.ts';
import { Limiter } from '../../domain/limiter.ts';
import type { Linter, LintJob, LintRun } from '../../ports/linter.ts';
import type { SandboxResult } from '../../ports/sandbox.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';
import { isGreen, tailOf } from '../test-runner/job-result.ts';
import type { ProjectJobs } from '../test-runner/project-commands.ts';

const mostTail = 400;
/** Of all that the tools changed: what is over it is spoilt. */
const mostBytes = 64 * 1024 * 1024;

/** One exported tree, installed as for tests, in which the tools run one after the other. */
export class SandboxLinter implements Linter {
  readonly #limiter = new Limiter(1);
  readonly #jobs: ProjectJobs;

  constructor(jobs: ProjectJobs) {
    this.#jobs = jobs;
  }

  fix(asked: LintJob): Promise<LintRun> {
    return this.#limiter.run(async () => {
      const { git, commands, workspace } = this.#jobs;
      const job = await mkdtemp(join(workspace, 'lint-'));
      const tree = join(job, 'tree');
      try {
        // The sandbox's own user passes through it to what is mounted, and cannot list it.
        await chmod(job, 0o711);
        await git.exportTree(asked.commit, tree);
        const before = await digestsOf(tree, asked);
        const failed = await commands.install(asked.install, tree, { how: 'copy' });
        if (failed !== undefined && asked.install !== null) return failure(asked.install, failed);
        return (await this.#runAll(asked, tree)) ?? (await changesIn(tree, asked, before));
      } finally {
        await commands.release(tree);
        await removeTree(job);
      }
    });
  }

  /** undefined: every tool did its work. */
  async #runAll({ commands, seconds }: LintJob, tree: string): Promise<LintRun | undefined> {
    for (const argv of commands) {
      const result = await this.#jobs.commands.run(argv, tree, { phase: 'test', seconds });
      if (!hasEnded(result)) return failure(argv, result);
    }
    return undefined;
  }
}

/** Linters end with 1 where something is left that they cannot mend. */
function hasEnded(result: SandboxResult): boolean {
  return isGreen(result) || (result.kind === 'exited' && result.code === 1);
}

function failure(argv: Argv, result: SandboxResult): LintRun {
  const how =
    result.kind === 'limit' ? `went over its limit of ${result.limit}` : `ended with ${result.code}`;
  const tail = tailOf(result).trim().slice(-mostTail);
  return { kind: 'failed', argv, why: tail === '' ? how : `${how}: ${tail}` };
}

type Digests = ReadonlyMap<string, string>;

/** Nothing of the project has run yet: what cannot be read here is in no change. */
async function digestsOf(tree: string, { paths, maxBytes }: LintJob): Promise<Digests> {
  const digests = new Map<string, string>();
  for (const path of paths) {
    const bytes = await contentOf(tree, path, maxBytes);
    if (bytes !== undefined) digests.set(path, digestOf(bytes));
  }
  return digests;
}

async function changesIn(tree: string, { maxBytes }: LintJob, before: Digests): Promise<LintRun> {
  const changed = new Map<string, Buffer>();
  const spoilt: string[] = [];
  let size = 0;
  for (const [path, digest] of before) {
    const bytes = await contentOf(tree, path, maxBytes);
    if (bytes !== undefined && digestOf(bytes) === digest) continue;
    size += bytes?.length ?? 0;
    if (bytes === undefined || size > mostBytes) spoilt.push(path);
    else changed.set(path, bytes);
  }
  return { kind: 'ran', changed, spoilt };
}

/** undefined: it is gone, no regular file, behind a link, or too large. */
async function contentOf(tree: string, path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    return await readOutputFile(tree, path, maxBytes);
  } catch (error) {
    if (error instanceof AutolandError) return undefined;
    throw error;
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
