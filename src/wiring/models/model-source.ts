import type { RecordedRole } from '../../domain/recording.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelSource } from '../../ports/models.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { Repository } from '../place/repository.ts';
import { exchangeRecorder, recordingBudget } from './exchanges.ts';
import { Models } from './models.ts';

export type ModelSourceParts = {
  readonly repository: Pick<Repository, 'place' | 'store'> & { readonly clock: Clock };
  readonly rules: RulesSource;
  readonly recorder?: ReturnType<typeof exchangeRecorder>;
};

/** What the journal files an exchange under that was for no change. Each month anew: what goes on for ever is never of an age. */
const taskAt = (role: RecordedRole, now: Date) => `${role}-${now.toISOString().slice(0, 7)}`;

/** The models of the protected branch's configuration, where the machine says that they are; all that they say in any role is recorded. */
export function recordedModels({
  repository,
  rules,
  recorder,
}: ModelSourceParts): (role: RecordedRole) => ModelSource {
  const { place, clock } = repository;
  const models = new Models(place.files, clock);
  const log = recorder ?? exchangeRecorder(repository, recordingBudget(rules));
  return (role) => ({
    async named(name, change) {
      const { config } = await rules.load();
      if (!Object.hasOwn(config.models, name)) return undefined;
      const subject = change === undefined ? { task: taskAt(role, clock.now()) } : { change };
      return models.model(config, { name, change, log: log.of({ role, ...subject }) });
    },
  });
}
