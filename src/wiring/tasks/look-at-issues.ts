import { goneLook, type LookSummary, lastLooks, lookType, summaryOf } from '../../views/issue-looks.ts';
import type { Tasks } from '../../views/tasks.ts';
import type { Repository } from '../place/repository.ts';
import { IssueDesk, type IssueLook } from './issue-desk.ts';
import type { IssueParts } from './issue-sources.ts';
import type { TaskPlace } from './task.ts';
import type { TaskJob } from './task-process.ts';
import { taskActor } from './work.ts';

/** A host counts each question, and people do not wait for seconds. */
const usualLookMs = 2 * 60_000;

type IssueJob = Extract<TaskJob, { kind: 'issue' }>;

/** Looks at issues now and then; what a look has found is journalled where it is another thing than before. */
export class IssueWatch {
  readonly #repository: Repository;
  readonly #rules: TaskPlace['workshop']['rules'];
  readonly #desk: IssueDesk;
  readonly #lookMs: number;
  #lookAt = 0;
  #last: IssueJob | undefined;
  #said: Map<string, string> | undefined;

  constructor(
    repository: Repository,
    { git, rules }: Pick<TaskPlace['workshop'], 'rules'> & Pick<IssueParts, 'git'>,
    lookMs = usualLookMs,
  ) {
    this.#lookMs = lookMs;
    this.#repository = repository;
    this.#rules = rules;
    this.#desk = new IssueDesk({ git, files: repository.place.files });
  }

  /** The issue for which a task is to be begun now; undefined: none, or it is not yet time to look. */
  async next(tasks: Tasks, signal: AbortSignal): Promise<IssueJob | undefined> {
    if (performance.now() < this.#lookAt) return undefined;
    this.#lookAt = performance.now() + this.#lookMs;
    if (this.#last !== undefined) this.#desk.forget(this.#last.id);
    const { config } = await this.#rules.load();
    const known = { tasks, ledger: await this.#repository.ledger(), now: this.#repository.clock.now() };
    const looks = await this.#desk.look(config, known, signal);
    // What was broken off says nothing.
    if (signal.aborted) return undefined;
    await this.#journal(looks.map(summaryOf));
    const due = looks.flatMap(dueIn);
    // One that could not be begun holds up no other.
    this.#last = due.find(({ id }) => id !== this.#last?.id) ?? due[0];
    return this.#last;
  }

  async #journal(looks: readonly LookSummary[]): Promise<void> {
    const said = await this.#saidBefore();
    const names = new Set(looks.map(({ rule }) => rule));
    const gone = [...said.keys()].filter((rule) => !names.has(rule)).map(goneLook);
    for (const look of [...looks, ...gone]) {
      const text = textOf(look);
      if (said.get(look.rule) === text) continue;
      await this.#repository.record(lookType, taskActor, look);
      if (look.isGone) said.delete(look.rule);
      else said.set(look.rule, text);
      if (look.trouble !== null)
        process.stderr.write(`autoland: issues of ${look.rule} could not be read: ${look.trouble}\n`);
    }
  }

  async #saidBefore(): Promise<Map<string, string>> {
    const { store } = this.#repository;
    const last = this.#said ?? lastLooks(await store.read({ types: [lookType] }));
    this.#said =
      last instanceof Map ? last : new Map(last.map(({ at: _, ...look }) => [look.rule, textOf(look)]));
    return this.#said;
  }
}

function dueIn({ rule, issues }: IssueLook): readonly IssueJob[] {
  const due = issues.filter(({ code }) => code === 'issues.due');
  return due.map(({ id }) => ({ kind: 'issue', rule, id }));
}

/** The journal has keys in an order of its own. */
function textOf(look: LookSummary): string {
  return JSON.stringify(Object.entries(look).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
