import { AutolandError } from '../../domain/errors.ts';
import { aboutOf } from '../../domain/task-cause.ts';
import { mendingEnd } from '../../views/mending-end.ts';
import { foldTasks, type Refused, refusedTasks, type TaskLine, taskTypes } from '../../views/tasks.ts';
import type { Repository } from '../place/repository.ts';
import { tellTrouble } from '../trouble.ts';
import { recallBrief } from './brief.ts';
import { feedbackOf, toldChange } from './feedback.ts';
import { issueEnd } from './issue-now.ts';
import { runRound } from './round.ts';
import { firstRound, type TaskPlace } from './task.ts';
import { taskActor } from './work.ts';

/** Where others are under way: there will be room. */
const roomLater: ReadonlySet<string> = new Set(['agent.busy', 'agent.too-many-open']);

/** The refused change of a task goes back to its agent, with the reasons. A task that cannot be given back is given up, and told. */
export async function giveBack(place: TaskPlace, task: string): Promise<void> {
  const { repository } = place;
  const tasks = foldTasks(await repository.store.read({ types: taskTypes }));
  const refused = refusedTasks(tasks, await repository.ledger()).find(({ line }) => line.task === task);
  if (refused === undefined) return;
  try {
    const why = await again(place, refused);
    if (why !== undefined) await giveUp(repository, refused.line, why);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    if (!roomLater.has(thrown.code)) await giveUp(repository, refused.line, thrown.message);
  }
}

/** Answers why it is given up; undefined: an agent has worked on it again. */
async function again(place: TaskPlace, { line, change }: Refused): Promise<string | undefined> {
  const { repository, workshop } = place;
  const { config } = await workshop.rules.load();
  const { rounds } = config.agents.tasks;
  if (line.rounds > rounds) return `refused ${line.rounds} times, and agents.tasks.rounds is ${rounds}`;
  const brief = await recallBrief(repository, line.task);
  if (brief === undefined) return 'what was asked in it was erased, or cannot be read';
  const told = await toldChange(repository, change);
  const end = mendingEnd(line.cause, told) ?? (await issueEnd(place, line));
  if (end !== undefined) return end;
  const after = feedbackOf(told, line.rounds);
  const { from, key, cause } = line;
  const first = await firstRound(place, { brief, from, key, cause });
  const next = { ...first, task: line.task, round: line.rounds + 1, after };
  return (await runRound(next, { actor: taskActor, dryRun: false })).why ?? undefined;
}

export async function giveUp(repository: Repository, line: TaskLine, why: string): Promise<void> {
  const { task, agent, from, cause, change, rounds } = line;
  const about = aboutOf(cause);
  const data = { task, agent, from, about, change, rounds, why: why.slice(0, 2_000).toWellFormed() };
  await repository.record('task.given-up', taskActor, data);
  tellTrouble(`the task ${task} is given up: ${data.why}`);
}
