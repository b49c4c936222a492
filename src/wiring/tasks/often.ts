import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/errors.ts';
import type { RulesSource } from '../../ports/rules.ts';
import { dueTasks } from '../../views/due-tasks.ts';
import { foldTasks, noTasks, refusedTasks, type Tasks, taskTypes } from '../../views/tasks.ts';
import type { Repository } from '../repository.ts';
import { giveUp } from './give-back.ts';
import { runApart, type TaskJob } from './task-process.ts';

const lookMs = 1_000;
/** After a task that could not be begun. */
const pauseMs = 15_000;
const scheduleMs = 20_000;

/** Tasks that nobody has to ask for: refused changes of tasks go back to their agents, one at a time, beside the pipeline. */
export function workOnTasksOften(repository: Repository, rules: RulesSource): { stop(): Promise<void> } {
  const ending = new AbortController();
  const looking = new LookingForTasks({ repository, rules }, ending.signal);
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

type LookingParts = { readonly repository: Repository; readonly rules: RulesSource };

class LookingForTasks {
  readonly #repository: Repository;
  readonly #rules: RulesSource;
  readonly #signal: AbortSignal;
  #scheduleAt = 0;
  #tasks: Tasks = noTasks;
  #isFirst = true;
  #notBefore = 0;

  constructor({ repository, rules }: LookingParts, signal: AbortSignal) {
    this.#repository = repository;
    this.#rules = rules;
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
      process.stderr.write(`autoland: tasks could not be looked at: ${messageOf(thrown)}\n`);
    }
  }

  async #read(): Promise<void> {
    const entries = await this.#repository.store.read({ from: this.#tasks.upTo + 1, types: taskTypes });
    this.#tasks = foldTasks(entries, this.#tasks);
  }

  /** A process that journalled nothing was not let in, or cannot start: it is not begun anew each second. */
  async #lookAfter(job: TaskJob, before: number): Promise<void> {
    await this.#read();
    if (this.#tasks.upTo === before) this.#notBefore = performance.now() + pauseMs;
    for (const line of this.#tasks.lines.values()) {
      const isOfJob = job.kind === 'again' ? line.task === job.task : line.from === job.name;
      if (isOfJob && line.isOpen) await giveUp(this.#repository, line, 'its process ended in the middle');
    }
  }

  async #next(): Promise<TaskJob | undefined> {
    const ledger = await this.#repository.ledger();
    const [refused] = refusedTasks(this.#tasks, ledger);
    if (refused !== undefined) return { kind: 'again', task: refused.line.task };
    // The rules are read from the branch, which is more than each second needs.
    if (performance.now() < this.#scheduleAt) return undefined;
    this.#scheduleAt = performance.now() + scheduleMs;
    const { scheduled } = (await this.#rules.load()).config.agents.tasks;
    const [name] = dueTasks(scheduled, { tasks: this.#tasks, ledger }, this.#repository.clock.now());
    return name === undefined ? undefined : { kind: 'scheduled', name };
  }

  /** Their processes ended with the control plane that had started them. What a person began may be under way. */
  async #giveUpCutOff(): Promise<void> {
    for (const line of this.#tasks.lines.values())
      if (line.isOpen && (line.rounds > 1 || line.from !== 'person'))
        await giveUp(this.#repository, line, 'the control plane ended while an agent was at it');
  }
}
