import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/errors.ts';
import { dueTasks } from '../../views/due-tasks.ts';
import { foldTasks, noTasks, refusedTasks, type Tasks, taskTypes } from '../../views/tasks.ts';
import type { Repository } from '../place/repository.ts';
import { tellTrouble } from '../trouble.ts';
import { giveUp } from './give-back.ts';
import { IssueWatch } from './look-at-issues.ts';
import { RefusalDesk } from './look-at-refusals.ts';
import type { TaskPlace } from './task.ts';
import { isOfJob, runApart, type TaskJob } from './task-process.ts';
import type { TaskTools } from './work.ts';

const lookMs = 1_000;
/** After a task that could not be begun. */
const pauseMs = 15_000;
/** Until one is tried again that waits for room. */
const laterMs = 120_000;
const rulesMs = 20_000;

/** Tasks that nobody has to ask for: what was refused, is scheduled, or stands in an issue; one at a time, beside the pipeline. */
export function workOnTasksOften(repository: Repository, workshop: TaskTools): { stop(): Promise<void> } {
  const ending = new AbortController();
  const looking = new LookingForTasks({ repository, workshop }, ending.signal);
  const running = (async () => {
    while (!ending.signal.aborted) {
      await looking.look();
      await sleep(lookMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await running;
    },
  };
}

class LookingForTasks {
  readonly #repository: Repository;
  readonly #rules: TaskTools['rules'];
  readonly #issues: IssueWatch;
  readonly #refusals: RefusalDesk;
  readonly #signal: AbortSignal;
  #rulesAt = 0;
  #tasks: Tasks = noTasks;
  #isFirst = true;
  #notBefore = 0;
  /** Of refused tasks that could not go on: not before then, so that they hold up no other. */
  readonly #later = new Map<string, number>();

  constructor({ repository, workshop }: TaskPlace, signal: AbortSignal) {
    this.#repository = repository;
    this.#rules = workshop.rules;
    this.#issues = new IssueWatch(repository, workshop);
    this.#refusals = new RefusalDesk(repository);
    this.#signal = signal;
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const { controls, place } = this.#repository;
    try {
      await this.#read();
      if (this.#isFirst) await this.#giveUpCutOff();
      this.#isFirst = false;
      if (performance.now() < this.#notBefore || (await controls.stopped()) !== undefined) return;
      const job = await this.#next();
      if (job === undefined) return;
      const { upTo } = this.#tasks;
      await runApart({ repo: place.repo, state: place.state, job }, this.#signal);
      if (!this.#signal.aborted) await this.#lookAfter(job, upTo);
    } catch (thrown) {
      tellTrouble(`tasks could not be looked at: ${messageOf(thrown)}`);
    }
  }

  async #read(): Promise<void> {
    const entries = await this.#repository.store.read({ from: this.#tasks.upTo + 1, types: taskTypes });
    this.#tasks = foldTasks(entries, this.#tasks);
  }

  /** A process that journalled nothing was not let in, or cannot start: it is not begun anew each second. */
  async #lookAfter(job: TaskJob, before: number): Promise<void> {
    await this.#read();
    if (this.#tasks.upTo === before) {
      this.#notBefore = performance.now() + pauseMs;
      if (job.kind === 'again') this.#later.set(job.task, performance.now() + laterMs);
    }
    for (const line of this.#tasks.lines.values())
      if (line.isOpen && isOfJob(line, job))
        await giveUp(this.#repository, line, 'its process ended in the middle');
  }

  async #next(): Promise<TaskJob | undefined> {
    const isDue = (task: string) => (this.#later.get(task) ?? 0) <= performance.now();
    const refused = refusedTasks(this.#tasks, await this.#repository.ledger()).find(({ line }) =>
      isDue(line.task),
    );
    if (refused !== undefined) return { kind: 'again', task: refused.line.task };
    return (await this.#byRules()) ?? (await this.#issues.next(this.#tasks, this.#signal));
  }

  /** By the rules of the branch, which are more to read than each second needs. */
  async #byRules(): Promise<TaskJob | undefined> {
    if (performance.now() < this.#rulesAt) return undefined;
    this.#rulesAt = performance.now() + rulesMs;
    const { config } = await this.#rules.load();
    const { clock } = this.#repository;
    const known = { tasks: this.#tasks, ledger: await this.#repository.ledger(), now: clock.now() };
    const [name] = dueTasks(config.agents.tasks.scheduled, known, known.now);
    if (name !== undefined) return { kind: 'scheduled', name };
    for (const { rule, told } of await this.#refusals.look(config, known)) {
      const due = told.find(({ code }) => code === 'refusals.due');
      if (due !== undefined) return { kind: 'refusal', rule, change: due.change };
    }
    return undefined;
  }

  /** Their processes ended with the control plane that had started them. What a person began may be under way. */
  async #giveUpCutOff(): Promise<void> {
    for (const line of this.#tasks.lines.values())
      if (line.isOpen && (line.rounds > 1 || line.from !== 'person'))
        await giveUp(this.#repository, line, 'the control plane ended while an agent was at it');
  }
}
