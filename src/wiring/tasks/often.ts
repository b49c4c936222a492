import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../domain/errors.ts';
import { foldTasks, noTasks, refusedTasks, type Tasks, taskTypes } from '../../views/tasks.ts';
import type { Repository } from '../repository.ts';
import { giveUp } from './give-back.ts';
import { runApart, type TaskJob } from './task-process.ts';

const lookMs = 1_000;
/** After a task that could not be begun. */
const pauseMs = 15_000;

/** Tasks that nobody has to ask for: refused changes of tasks go back to their agents, one at a time, beside the pipeline. */
export function workOnTasksOften(repository: Repository): { stop(): Promise<void> } {
  const ending = new AbortController();
  const looking = new LookingForTasks(repository, ending.signal);
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
  readonly #signal: AbortSignal;
  #tasks: Tasks = noTasks;
  #isFirst = true;
  #notBefore = 0;

  constructor(repository: Repository, signal: AbortSignal) {
    this.#repository = repository;
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
  async #lookAfter({ task }: TaskJob, before: number): Promise<void> {
    await this.#read();
    if (this.#tasks.upTo === before) this.#notBefore = performance.now() + pauseMs;
    const line = this.#tasks.lines.get(task);
    if (line?.isOpen === true) await giveUp(this.#repository, line, 'its process ended in the middle');
  }

  async #next(): Promise<TaskJob | undefined> {
    const [refused] = refusedTasks(this.#tasks, await this.#repository.ledger());
    return refused && { kind: 'again', task: refused.line.task };
  }

  /** Their processes ended with the control plane that had started them. What a person began may be under way. */
  async #giveUpCutOff(): Promise<void> {
    for (const line of this.#tasks.lines.values())
      if (line.isOpen && (line.rounds > 1 || line.from !== 'person'))
        await giveUp(this.#repository, line, 'the control plane ended while an agent was at it');
  }
}
