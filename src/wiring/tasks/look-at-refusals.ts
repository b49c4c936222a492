import type { Config } from '../../config/schema.ts';
import type { ChangeId } from '../../domain/change.ts';
import {
  refusalCandidates,
  type ToldRefusal,
  type TurnedAway,
  tellRefusal,
} from '../../views/due-refusals.ts';
import type { TasksKnown } from '../../views/task-room.ts';
import type { Repository } from '../place/repository.ts';
import { toldChange } from './feedback.ts';

export type RefusalLook = {
  readonly rule: string;
  readonly agent: string;
  readonly told: readonly ToldRefusal[];
};

/** Looks at what was turned away, by all rules. A change that has ended says the same for ever, so each is read once. */
export class RefusalDesk {
  readonly #repository: Repository;
  readonly #known = new Map<ChangeId, TurnedAway>();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  async look({ agents }: Config, known: TasksKnown): Promise<readonly RefusalLook[]> {
    const looks: RefusalLook[] = [];
    for (const [name, rule] of Object.entries(agents.tasks.refusals)) {
      const told: ToldRefusal[] = [];
      for (const { id } of refusalCandidates(rule, known))
        told.push(tellRefusal({ name, rule }, await this.#turnedAway(id), known));
      looks.push({ rule: name, agent: rule.agent, told });
    }
    return looks;
  }

  async #turnedAway(id: ChangeId): Promise<TurnedAway> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const { notPassed, passed } = await toldChange(this.#repository, id);
    const found = {
      id,
      notPassed: notPassed.map(({ name, verdict, code }) => ({ name, verdict, code })),
      passed,
    };
    this.#known.set(id, found);
    return found;
  }
}
