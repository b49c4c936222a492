import { Slot } from '../../adapters/store/slots.ts';
import { modelAgent } from '../../domain/agents.ts';
import type { ChangeId } from '../../domain/change.ts';
import { AutolandError, messageOf } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/printable.ts';
import { aboutOf } from '../../domain/task-cause.ts';
import { rememberBrief } from './brief.ts';
import { handIn, mayHandIn, titleOf } from './hand-in.ts';
import { newTaskName } from './name.ts';
import { type Task, type TaskBrief, taskActor } from './work.ts';
import { mustBeNamed, workByCommand } from './work-command.ts';
import { workByModel } from './work-model.ts';

export type RoundHow = { readonly actor: string; readonly dryRun: boolean };

export type RoundReport = {
  /** What was said and done in it: `autoland show task_NAME`. */
  readonly task: string;
  /** null: nothing was handed in. */
  readonly change: ChangeId | null;
  readonly title: string;
  readonly paths: readonly string[];
  /** Why nothing was handed in; null: it was, or only rehearsed. */
  readonly why: string | null;
};

/** An agent works once on a task; beginning and end are journalled. Rejects with `agent.busy` where as many are under way as may be. */
export async function runRound(task: Task, how: RoundHow): Promise<RoundReport> {
  const slot = slotFor(task);
  try {
    if (how.dryRun) return await work(task, how);
    if (task.agent !== modelAgent) mustBeNamed(task);
    await mayHandIn(task);
    if (task.round === 1) await rememberBrief(task);
    await note(task, how, 'task.begun', begunData(task));
    const report = await work(task, how).catch(async (thrown: unknown) => {
      await note(task, how, 'task.ended', endedData(task, null, messageOf(thrown)));
      throw thrown;
    });
    await note(task, how, 'task.ended', endedData(task, report.change, report.why));
    return report;
  } finally {
    slot.free();
  }
}

/** A task on which nobody can begin: it is over, and not tried again. */
export async function noteUnbegun(
  { repository }: Pick<Task, 'repository'>,
  origin: Pick<Task, 'from' | 'key' | 'cause'> & { readonly brief: TaskBrief },
  why: string,
): Promise<void> {
  const { agent } = origin.brief;
  const task = newTaskName(agent, repository.clock.now());
  const { from, key, cause } = origin;
  const begun = { agent, base: null, from, key, cause, after: null, codes: [] };
  await repository.record('task.begun', taskActor, { task, round: 1, ...begun });
  const ended = endedData({ agent, from, cause }, null, why);
  await repository.record('task.ended', taskActor, { task, round: 1, ...ended });
}

/** Whoever gave the task ends it. */
export async function noteInterrupted(task: Task, how: RoundHow): Promise<void> {
  if (!how.dryRun) await note(task, how, 'task.ended', endedData(task, null, 'it was interrupted'));
}

/** In one entry of the journal, which is bounded. */
const mostWhy = 2_000;

async function note(task: Task, { actor }: RoundHow, type: string, data: JsonObject): Promise<void> {
  await task.repository.record(type, actor, { task: task.task, round: task.round, ...data });
}

function begunData({ agent, base, from, key, cause, after }: Task): JsonObject {
  return { agent, base, from, key, cause, after: after?.change ?? null, codes: [...(after?.codes ?? [])] };
}

function endedData(
  { agent, from, cause }: Pick<Task, 'agent' | 'from' | 'cause'>,
  change: ChangeId | null,
  why: string | null,
): JsonObject {
  const short = why?.slice(0, mostWhy).toWellFormed() ?? null;
  return { agent, from, about: aboutOf(cause), change, why: short };
}

function slotFor(task: Task): Slot {
  const { atOnce } = task.config.agents.tasks;
  const place = { directory: task.repository.place.files.run, name: 'task', most: atOnce };
  const slot = Slot.take(place, task.task);
  if (slot instanceof Slot) return slot;
  throw new AutolandError(
    'agent.busy',
    `expected fewer than ${atOnce} tasks under way, found ${slot.map(printable).join(', ')}`,
    { mend: 'wait until one has ended, or raise agents.tasks.atOnce in .autoland/autoland.yaml' },
  );
}

async function work(task: Task, how: RoundHow): Promise<RoundReport> {
  const worked = task.agent === modelAgent ? await workByModel(task) : await workByCommand(task);
  const nothing = { task: task.task, change: null, title: titleOf(task.text), paths: [] };
  if (worked.kind === 'failed') return { ...nothing, why: `${task.agent} ${worked.why}` };
  if (worked.files.size === 0) return { ...nothing, why: `${task.agent} changed nothing` };
  const handed = await handIn(task, worked, how);
  if (handed === 'same') return { ...nothing, why: `${task.agent} made the same again as was refused` };
  if (handed === 'back') return { ...nothing, why: `${task.agent} only took back what it was to mend` };
  return { ...nothing, change: handed, paths: [...worked.files.keys()], why: null };
}
