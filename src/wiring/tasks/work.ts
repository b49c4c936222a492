import type { Config } from '../../config/schema.ts';
import type { TaskBudget } from '../../config/task-budget.ts';
import type { TaskClass } from '../../domain/agents.ts';
import type { ChangeId, Sha } from '../../domain/change.ts';
import type { TaskCause } from '../../domain/task-cause.ts';
import type { LeftFile } from '../../ports/coding-agent.ts';
import type { Repository } from '../place/repository.ts';
import type { Workshop } from '../scan/workshop.ts';

/** Who begins what no person asked for. */
export const taskActor = 'autoland';

/** What is asked of an agent, and what is asked again when a change of it is refused. */
export type TaskBrief = {
  readonly agent: string;
  readonly text: string;
  /** What others wrote about it, marked as data; null: nothing. */
  readonly data: string | null;
  /** The model that is to be asked; null: as the configuration has it. */
  readonly model: string | null;
  /** null: none in particular. */
  readonly class: TaskClass | null;
  /** What its models may take in all rounds; null: what one change may. */
  readonly budget: TaskBudget;
};

export type TaskTools = Pick<Workshop, 'git' | 'sandbox' | 'workspace' | 'recorder' | 'rules' | 'auditLog'>;

/** One round of a task, whoever works on it. */
export type Task = TaskBrief & {
  readonly repository: Repository;
  readonly workshop: TaskTools;
  readonly config: Config;
  /** Its name: what is said in it is recorded under that. */
  readonly task: string;
  readonly base: Sha;
  /** Of the branch: where what is to be mended is in `base`, the two differ. */
  readonly tip: Sha;
  /** Where it came from, and what tells it from others of there. */
  readonly from: string;
  readonly key: string | null;
  /** What it was begun for; null: nothing but its text. */
  readonly cause: TaskCause | null;
  /** From 1. */
  readonly round: number;
  /** What was turned away before; null: nothing was. */
  readonly after: Feedback | null;
};

export type Feedback = {
  readonly change: ChangeId;
  readonly codes: readonly string[];
  /** JSON, for the agent. Others wrote what is in it. */
  readonly text: string;
};

/** What an agent made of a task. */
export type Worked = {
  /** Whom it asked, or might have. */
  readonly models: readonly string[];
} & (
  | { readonly kind: 'made'; readonly files: ReadonlyMap<string, LeftFile | null> }
  /** `why`: the end of a sentence that begins with the agent. */
  | { readonly kind: 'failed'; readonly why: string }
);

/** What is said in it, by whomever. */
export function logOf({ workshop, task }: Pick<Task, 'workshop' | 'task'>) {
  return workshop.recorder.of({ role: 'agent', task });
}
