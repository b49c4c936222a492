import { messageOf } from '../../domain/errors.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { PlaceOptions } from '../place/place.ts';
import type { Repository } from '../place/repository.ts';
import { tellTrouble } from '../trouble.ts';
import { eraseByAge, finishErasures } from './erase.ts';
import { collectGarbage } from './gc.ts';

const hourMs = 60 * 60 * 1000;
/** In one entry of the journal, which is bounded. */
const mostNamed = 100;

/** What `autoland gc` does, once an hour; what it removed is journalled. */
export function keepHouse(repository: Repository, options: PlaceOptions, rules: RulesSource): NodeJS.Timeout {
  const tidy = async () => {
    await finishErasures(repository);
    await eraseByAge(repository, rules);
    const removed = await collectGarbage(options, false);
    const named = { count: removed.length, removed: removed.slice(0, mostNamed) };
    if (removed.length > 0) await repository.record('house.collected', 'deployer', named);
  };
  return setInterval(() => {
    tidy().catch((thrown: unknown) => {
      tellTrouble(`garbage could not be collected: ${messageOf(thrown)}`);
    });
  }, hourMs);
}
