import { randomBytes } from 'node:crypto';
import { Slot } from '../adapters/store/slots.ts';
import { modelAgent, type TaskClass } from '../domain/agents.ts';
import { AutolandError } from '../domain/errors.ts';
import { printable } from '../domain/printable.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';
import { handIn, mayHandIn, titleOf } from './tasks/hand-in.ts';
import type { Task } from './tasks/work.ts';
import { workByCommand } from './tasks/work-command.ts';
import { workByModel } from './tasks/work-model.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export type TaskWish = {
  readonly agent: string;
  readonly text: string;
  readonly actor: string;
  readonly dryRun: boolean;
  /** Of the agent `model`; undefined: as the configuration has it. */
  readonly model?: string | undefined;
  readonly class?: TaskClass | undefined;
};

export type TaskReport = {
  /** What was said and done in it: `autoland show task_NAME`. */
  readonly task: string;
  /** null: nothing was handed in. */
  readonly change: string | null;
  readonly title: string;
  readonly paths: readonly string[];
  /** Why nothing was handed in; null: it was, or only rehearsed. */
  readonly why: string | null;
};

const longestTask = 20_000;

/** `autoland task`: an agent works on the tip of the branch, and what it changed is handed in as a change of anybody's. */
export async function runTask(options: PlaceOptions, wish: TaskWish): Promise<TaskReport> {
  refuseWish(wish);
  await using repository = await openRepository(options, 'write');
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    const report = await inSlot(await taskOf(repository, workshop, wish), wish);
    if (!wish.dryRun) await workshop.auditLog.publish();
    return report;
  } finally {
    await workshop.close();
  }
}

function refuseWish({ agent, text, model, class: meant }: TaskWish): void {
  if (text.trim() === '' || text.length > longestTask)
    throw new AutolandError(
      'usage',
      `expected a task of 1 to ${longestTask} characters, found ${text.length}`,
      { mend: 'autoland task claude "Say in README.md which Node is needed"' },
    );
  // Its program could take it for an option.
  if (agent !== modelAgent && text.trimStart().startsWith('-'))
    throw new AutolandError('usage', `expected a task that begins with a word, found ${shortly(text)}`, {
      mend: 'say it in words: what begins with - is an option to most programs',
    });
  if (agent === modelAgent || (model === undefined && meant === undefined)) return;
  throw new AutolandError('usage', `expected --model and --class of the agent model alone, found ${agent}`, {
    mend: `leave them out; which models ${agent} may ask stands in agents.command`,
  });
}

async function taskOf(repository: Repository, workshop: Workshop, wish: TaskWish): Promise<Task> {
  const { config } = await workshop.rules.load();
  const { agent, text, model, class: meant } = wish;
  const task = nameOf(agent, repository.clock.now());
  const base = await workshop.git.resolve(config.branch);
  return { repository, workshop, config, agent, text, model, class: meant, task, base };
}

/** Rejects with `agent.busy` where as many are under way as may be. */
async function inSlot(task: Task, wish: TaskWish): Promise<TaskReport> {
  const { atOnce } = task.config.agents.tasks;
  const place = { directory: task.repository.place.files.run, name: 'task', most: atOnce };
  const slot = Slot.take(place, task.task);
  if (!(slot instanceof Slot))
    throw new AutolandError(
      'agent.busy',
      `expected fewer than ${atOnce} tasks under way, found ${slot.map(printable).join(', ')}`,
      { mend: 'wait until one has ended, or raise agents.tasks.atOnce in .autoland/autoland.yaml' },
    );
  try {
    return await work(task, wish);
  } finally {
    slot.free();
  }
}

async function work(task: Task, wish: TaskWish): Promise<TaskReport> {
  if (!wish.dryRun) await mayHandIn(task);
  const worked = task.agent === modelAgent ? await workByModel(task) : await workByCommand(task);
  const nothing = { task: task.task, change: null, title: titleOf(task.text), paths: [] };
  if (worked.kind === 'failed') return { ...nothing, why: `${task.agent} ${worked.why}` };
  if (worked.files.size === 0) return { ...nothing, why: `${task.agent} changed nothing` };
  const change = await handIn(task, worked, wish);
  return { ...nothing, change, paths: [...worked.files.keys()], why: null };
}

function shortly(text: string): string {
  return JSON.stringify(printable(text).trim().slice(0, 40).toWellFormed());
}

function nameOf(agent: string, now: Date): string {
  const at = now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .toLowerCase();
  return `${agent}-${at}-${randomBytes(3).toString('hex')}`;
}
