import type { Clock } from '../ports/clock.ts';
import type { ModelSource } from '../ports/models.ts';
import type { RulesSource } from '../ports/rules.ts';
import { exchangeRecorder } from './exchanges.ts';
import { Models } from './models.ts';
import type { Repository } from './repository.ts';

export type ModelSourceParts = {
  readonly repository: Pick<Repository, 'place' | 'store'> & { readonly clock: Clock };
  readonly rules: RulesSource;
  readonly recorder?: ReturnType<typeof exchangeRecorder>;
};

/** What the journal files an exchange of the judge under that was for no change. */
const task = 'judge';

/** The models of the protected branch's configuration, where the machine says that they are; all that they say to a judge is recorded. */
export function judgesModels({ repository, rules, recorder }: ModelSourceParts): ModelSource {
  const { place, clock } = repository;
  const models = new Models(place.files, clock);
  const log = recorder ?? exchangeRecorder(repository);
  return {
    async named(name, change) {
      const { config } = await rules.load();
      if (!Object.hasOwn(config.models, name)) return undefined;
      const subject = change === undefined ? { task } : { change };
      return models.model(config, { name, change, log: log.of({ role: 'judge', ...subject }) });
    },
  };
}
