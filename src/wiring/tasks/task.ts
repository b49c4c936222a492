import { agentName } from '../../config/agents.ts';
import { withBudget } from '../../config/task-budget.ts';
import { modelAgent } from '../../domain/agents.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { printable } from '../../domain/printable.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { openWorkshop } from '../scan/workshop.ts';
import { baseWith } from './base-with.ts';
import { endOnSignal } from './end-on-signal.ts';
import { newTaskName } from './name.ts';
import { mustBeReady } from './readiness.ts';
import { noteInterrupted, type RoundReport, runRound } from './round.ts';
import type { Task, TaskBrief, TaskTools } from './work.ts';

export type TaskWish = TaskBrief & { readonly actor: string; readonly dryRun: boolean };
export type TaskReport = RoundReport;

const longestTask = 20_000;

/** `autoland task`: an agent works on the tip of the branch, and what it changed is handed in as a change of anybody's. */
export async function runTask(options: PlaceOptions, wish: TaskWish): Promise<TaskReport> {
  refuseBrief(wish);
  await using repository = await openRepository(options, 'write');
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    const task = await firstRound(
      { repository, workshop },
      {
        ...{ brief: wish, from: 'person', key: null, cause: null },
      },
    );
    await mustBeReady(task);
    using _ending = endOnSignal(() => noteInterrupted(task, wish));
    const report = await runRound(task, wish);
    if (!wish.dryRun) await workshop.auditLog.publish();
    return report;
  } finally {
    await workshop.close();
  }
}

export type TaskPlace = { readonly repository: Repository; readonly workshop: TaskTools };
export type TaskOrigin = { readonly brief: TaskBrief } & Pick<Task, 'from' | 'key' | 'cause'>;

/** On the tip of the branch, by the rules that stand there now. */
export async function firstRound({ repository, workshop }: TaskPlace, origin: TaskOrigin): Promise<Task> {
  const rules = (await workshop.rules.load()).config;
  const { agent, text, data, model, class: meant, budget } = origin.brief;
  const config = { ...rules, limits: withBudget(rules.limits, budget) };
  const { from, key, cause } = origin;
  const task = newTaskName(agent, repository.clock.now());
  const tip = await workshop.git.resolve(config.branch);
  const base = await baseOf({ repository, workshop }, tip, cause);
  return {
    ...{ repository, workshop, config, agent, text, data, model, class: meant, budget, task, base, tip },
    ...{ from, key, cause, round: 1, after: null },
  };
}

/** What is to be mended is there already. Rejects with `agent.overtaken` where it does not go onto the branch any more. */
async function baseOf({ repository, workshop }: TaskPlace, tip: Sha, cause: Task['cause']): Promise<Sha> {
  const { git } = workshop;
  if (cause?.kind !== 'refusal') return tip;
  const refused = (await repository.ledger()).changes.get(cause.change);
  if (refused === undefined) throw new Error(`the journal does not know ${cause.change}`);
  const { id, proposal } = refused;
  return await baseWith({ git, now: repository.clock.now() }, tip, { id, head: proposal.head });
}

/** Throws `usage`. */
function refuseBrief({ agent, text, model, class: meant }: TaskBrief): void {
  if (agent !== modelAgent && !agentName.safeParse(agent).success)
    throw new AutolandError('usage', `expected the name of a coding agent, found ${shortly(agent)}`, {
      mend: `name one of agents.command, or ${modelAgent}: names are lower-case letters, digits and -`,
    });
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
  if (agent === modelAgent || (model === null && meant === null)) return;
  throw new AutolandError('usage', `expected --model and --class of the agent model alone, found ${agent}`, {
    mend: `leave them out; which models ${agent} may ask stands in agents.command`,
  });
}

function shortly(text: string): string {
  return JSON.stringify(printable(text).trim().slice(0, 40).toWellFormed());
}
