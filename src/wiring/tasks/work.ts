import type { Config } from '../../config/schema.ts';
import type { TaskClass } from '../../domain/agents.ts';
import type { Sha } from '../../domain/change.ts';
import type { LeftFile } from '../../ports/coding-agent.ts';
import type { Repository } from '../repository.ts';
import type { Workshop } from '../workshop.ts';

/** One task, whoever works on it. */
export type Task = {
  readonly repository: Repository;
  readonly workshop: Workshop;
  readonly config: Config;
  readonly agent: string;
  readonly text: string;
  /** The model that is to be asked; undefined: as the configuration has it. */
  readonly model?: string | undefined;
  /** undefined: none in particular. */
  readonly class?: TaskClass | undefined;
  /** Its name: what is said in it is recorded under that. */
  readonly task: string;
  readonly base: Sha;
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
export function logOf({ workshop, task }: Task) {
  return workshop.recorder.of({ role: 'agent', task });
}
