import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { killChild } from '../../adapters/kill-child.ts';
import { endWithStdin } from '../../adapters/runtime/keep-alive.ts';
import type { ChangeId } from '../../domain/change.ts';
import { ownEnding } from '../../own-ending.ts';
import type { TaskLine } from '../../views/tasks.ts';
import { type Place, stateFiles } from '../place/place.ts';
import { openRepository } from '../place/repository.ts';
import { openWorkshop } from '../scan/workshop.ts';
import { beginFromIssue } from './from-issue.ts';
import { beginFromRefusal } from './from-refusal.ts';
import { giveBack } from './give-back.ts';
import { beginScheduled } from './scheduled.ts';

/** What a process of its own is started for. */
export type TaskJob =
  | { readonly kind: 'again'; readonly task: string }
  | { readonly kind: 'scheduled'; readonly name: string }
  | { readonly kind: 'issue'; readonly rule: string; readonly id: string }
  | { readonly kind: 'refusal'; readonly rule: string; readonly change: ChangeId };

/** Whether a task is the one that was begun, or gone on with, by a job. */
export function isOfJob({ task, from }: TaskLine, job: TaskJob): boolean {
  if (job.kind === 'again') return task === job.task;
  return from === (job.kind === 'scheduled' ? job.name : job.rule);
}

export type TaskProcessOptions = Pick<Place, 'repo' | 'state'> & { readonly job: TaskJob };

/**
 * Works on a task beside the control plane, which an agent may keep waiting for half an hour, or bring down. It ends with whoever started it.
 * Rejects only where it cannot be started.
 */
export async function runApart(options: TaskProcessOptions, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const main = join(import.meta.dirname, '..', '..', 'cli', `main.${ownEnding}`);
  const child = spawn(process.execPath, [main, '_task', JSON.stringify(options)], {
    env: { ...process.env, NODE_COMPILE_CACHE: stateFiles(options.state).compiled },
    // The pipe is its life line.
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const end = () => killChild(child, 'SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  try {
    await once(child, 'close');
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** The process itself. */
export async function runTaskProcess({ job, ...place }: TaskProcessOptions): Promise<void> {
  endWithStdin();
  await using repository = await openRepository(place, 'update');
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    const parts = { repository, workshop };
    if (job.kind === 'again') await giveBack(parts, job.task);
    else if (job.kind === 'issue') await beginFromIssue(parts, job);
    else if (job.kind === 'refusal') await beginFromRefusal(parts, job);
    else await beginScheduled(parts, job.name);
  } finally {
    await workshop.close();
    process.stdin.destroy();
  }
}
