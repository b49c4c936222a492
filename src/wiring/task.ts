import { randomBytes } from 'node:crypto';
import { SandboxAgent } from '../adapters/coding-agent/sandbox-agent.ts';
import { Slot } from '../adapters/store/slots.ts';
import { projectJobs } from '../adapters/test-runner/project-commands.ts';
import { taskMark } from '../config/agent-programs.ts';
import type { Config } from '../config/schema.ts';
import type { Proposal, Sha } from '../domain/change.ts';
import { AutolandError } from '../domain/errors.ts';
import { printable } from '../domain/printable.ts';
import { submit } from '../engine/submit.ts';
import type { AgentRun, LeftFile } from '../ports/coding-agent.ts';
import type { Argv } from '../ports/test-runner.ts';
import { agentProgram } from './agent-programs.ts';
import { mayEnterAs } from './mcp/open-changes.ts';
import { openModelDoor } from './model-door.ts';
import { Models } from './models.ts';
import type { PlaceOptions } from './place.ts';
import { type Refusal, RefusedQuestions } from './refused-questions.ts';
import { openRepository, type Repository } from './repository.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

export type TaskWish = {
  readonly agent: string;
  readonly text: string;
  readonly actor: string;
  readonly dryRun: boolean;
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

/** `autoland task`: a coding agent works on the tip of the branch, and what it changed is handed in as a change of anybody's. */
export async function runTask(options: PlaceOptions, wish: TaskWish): Promise<TaskReport> {
  if (wish.text.trim() === '' || wish.text.length > longestTask)
    throw new AutolandError(
      'usage',
      `expected a task of 1 to ${longestTask} characters, found ${wish.text.length}`,
      {
        mend: 'autoland task claude "Say in README.md which Node is needed"',
      },
    );
  // Its program could take it for an option.
  if (wish.text.trimStart().startsWith('-'))
    throw new AutolandError('usage', `expected a task that begins with a word, found ${shortly(wish.text)}`, {
      mend: 'say it in words: what begins with - is an option to most programs',
    });
  await using repository = await openRepository(options, 'write');
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    const report = await inSlot({ repository, workshop, wish, task: nameOf(wish, repository.clock.now()) });
    if (!wish.dryRun) await workshop.auditLog.publish();
    return report;
  } finally {
    await workshop.close();
  }
}

/** Rejects with `agent.busy` where as many are under way as may be. */
async function inSlot(task: Task): Promise<TaskReport> {
  const { config } = await task.workshop.rules.load();
  const { atOnce } = config.agents.tasks;
  const slot = Slot.take(
    { directory: task.repository.place.files.run, name: 'task', most: atOnce },
    task.task,
  );
  if (!(slot instanceof Slot))
    throw new AutolandError(
      'agent.busy',
      `expected fewer than ${atOnce} tasks under way, found ${slot.map(printable).join(', ')}`,
      { mend: 'wait until one has ended, or raise agents.tasks.atOnce in .autoland/autoland.yaml' },
    );
  try {
    return await work(task, config);
  } finally {
    slot.free();
  }
}

type Task = {
  readonly repository: Repository;
  readonly workshop: Workshop;
  readonly wish: TaskWish;
  readonly task: string;
};

async function work(task: Task, config: Config): Promise<TaskReport> {
  const { workshop, wish } = task;
  const own = Object.hasOwn(config.agents.command, wish.agent)
    ? config.agents.command[wish.agent]
    : undefined;
  if (own === undefined)
    throw new AutolandError(
      'usage',
      `expected an agent of agents.command in .autoland/autoland.yaml, found ${wish.agent}`,
      {
        mend: `name one of: ${Object.keys(config.agents.command).join(', ') || 'none yet'}; or add ${wish.agent}: { models: [] }`,
      },
    );
  if (!wish.dryRun) await mayHandIn(task);
  const base = await workshop.git.resolve(config.branch);
  const startedAt = task.repository.clock.now();
  const run = await runAgent(task, config, { ...own, base });
  const { transcript, ms } = run;
  const output = `${transcript === undefined ? run.stdout : ''}${run.stderr}`;
  await logOf(task).recordCall({
    ...{ tool: wish.agent, input: { task: wish.text, base }, output, isError: run.kind === 'failed' },
    ...{ startedAt, ms, transcript },
  });
  const title = titleOf(wish);
  const nothing = { task: task.task, change: null, title, paths: [] };
  if (run.kind === 'failed') return { ...nothing, why: `${wish.agent} ${run.why}` };
  if (run.files.size === 0) return { ...nothing, why: `${wish.agent} changed nothing` };
  const change = await handIn(task, config, { base, models: own.models, files: run.files });
  return { task: task.task, change, title, paths: [...run.files.keys()], why: null };
}

type Given = { readonly models: readonly string[]; readonly seconds: number; readonly base: Sha };

async function runAgent(task: Task, config: Config, { models, seconds, base }: Given): Promise<AgentRun> {
  const { repository, workshop, wish } = task;
  const { place, clock } = repository;
  const program = await agentProgram(place.files, wish.agent);
  const { git, sandbox, workspace } = workshop;
  const all = {
    models: new Models(place.files, clock),
    config,
    files: place.files,
    owner: sandbox.owner(),
    clock,
  };
  const log = logOf(task);
  const refused = new RefusedQuestions();
  const onRefused = (one: Refusal) => refused.take(one);
  const startedAt = clock.now();
  const door = await openModelDoor(all, { names: models, change: task.task, log, onRefused });
  try {
    const jobs = projectJobs({ git, sandbox, workspace, nodeVersion: process.version });
    return await new SandboxAgent(jobs, sandbox).work({
      ...{ commit: base, install: config.commands.install, door: door.job, env: program.env, seconds },
      argv: program.run.map((word) => word.replaceAll(taskMark, () => wish.text)) as unknown as Argv,
      directory: program.directory ?? undefined,
    });
  } finally {
    await door.close();
    await refused.recordIn(log, startedAt);
  }
}

type Made = {
  readonly base: Sha;
  readonly models: readonly string[];
  readonly files: ReadonlyMap<string, LeftFile | null>;
};

/** null: only rehearsed. */
async function handIn(task: Task, config: Config, { base, models, files }: Made): Promise<string | null> {
  const { repository, workshop, wish } = task;
  const { store, clock } = repository;
  const title = titleOf(wish);
  const ref = refOf(task.task);
  const message = `${title}\n`;
  const head = await workshop.git.propose({
    base,
    files: new Map([...files].map(([path, file]) => [path, file?.bytes ?? null])),
    executable: new Map([...files].flatMap(([path, file]) => (file ? [[path, file.isExecutable]] : []))),
    message,
    ref: wish.dryRun ? null : ref,
    at: clock.now(),
  });
  if (wish.dryRun) return null;
  const record = { task: task.task, base, models: [...models], ...authorOf(config, models) };
  await mayHandIn(task);
  const source = sourceOf(wish);
  const proposal: Proposal = { source, title, head, ref, target: config.branch, record };
  const ports = { journal: store, outbox: store, clock };
  return (await submit(ports, await repository.ledger(), proposal, wish.actor)).change;
}

/** Whoever gives tasks in a loop must not fill the queue. Throws `agent.too-many-open` or `agent.too-many-today`. */
async function mayHandIn({ repository, wish, task }: Task): Promise<void> {
  const source = sourceOf(wish);
  mayEnterAs({ source, ref: refOf(task) }, await repository.ledger(), repository.clock.now());
}

const refOf = (task: string) => `refs/heads/autoland/task/${task}`;
const sourceOf = ({ agent }: TaskWish) => `agent:${agent}`;

/** Of several families nobody knows which wrote it: a judge then abstains. */
function authorOf(
  config: Config,
  models: readonly string[],
): { readonly model?: { readonly family: string } } {
  const families = [...new Set(models.flatMap((name) => config.models[name]?.family ?? []))];
  const [family, ...more] = families;
  return family === undefined || more.length > 0 ? {} : { model: { family } };
}

function logOf({ workshop, task }: Task) {
  return workshop.recorder.of({ role: 'agent', task });
}

/** A person's words, so that they may stand in a commit. */
function titleOf({ text }: TaskWish): string {
  const [line = ''] = text.trim().split('\n');
  const first = printable(line).trim();
  return first.length <= 72 ? first : `${first.slice(0, 71).toWellFormed()}…`;
}

function shortly(text: string): string {
  return JSON.stringify(printable(text).trim().slice(0, 40).toWellFormed());
}

function nameOf({ agent }: TaskWish, now: Date): string {
  const at = now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .toLowerCase();
  return `${agent}-${at}-${randomBytes(3).toString('hex')}`;
}
