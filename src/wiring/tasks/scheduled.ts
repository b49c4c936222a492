import { AutolandError } from '../../domain/errors.ts';
import { dueTasks } from '../../views/due-tasks.ts';
import { foldTasks, taskTypes } from '../../views/tasks.ts';
import { tellTrouble } from '../trouble.ts';
import { runRound } from './round.ts';
import { firstRound, type TaskPlace } from './task.ts';
import { taskActor } from './work.ts';

/** Begins a scheduled task, if it is still due by the rules of the branch. What goes wrong with it is journalled, and told. */
export async function beginScheduled(place: TaskPlace, name: string): Promise<void> {
  const { repository, workshop } = place;
  const { scheduled } = (await workshop.rules.load()).config.agents.tasks;
  const tasks = foldTasks(await repository.store.read({ types: taskTypes }));
  const known = { tasks, ledger: await repository.ledger() };
  const one = scheduled[name];
  if (one === undefined || !dueTasks(scheduled, known, repository.clock.now()).includes(name)) return;
  const { agent, text, model, class: meant, budget } = one;
  const brief = { agent, text, data: null, model, class: meant, budget };
  const task = await firstRound(place, { brief, from: name, key: null, cause: null });
  try {
    const { why } = await runRound(task, { actor: taskActor, dryRun: false });
    if (why !== null) tell(name, why);
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    tell(name, thrown.message);
  }
}

function tell(name: string, why: string): void {
  tellTrouble(`the scheduled task ${name} handed nothing in: ${why}`);
}
