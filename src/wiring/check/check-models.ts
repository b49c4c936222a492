import { SystemClock } from '../../adapters/clock/system.ts';
import type { ModelSource } from '../../ports/models.ts';
import { ExchangeFile } from '../models/exchange-file.ts';
import { Models, type ModelsConfig } from '../models/models.ts';
import type { StateFiles } from '../place/place.ts';
import type { CheckCache } from './check-cache.ts';

/** The models that a check may ask: what they say and take is kept beside what else a check keeps. AUTOLAND_MODELS says where they are. */
export function modelsOfCheck(
  { exchanges, spending }: Pick<CheckCache, 'exchanges' | 'spending'>,
  config: ModelsConfig,
  { models: servers }: Pick<StateFiles, 'models'>,
): ModelSource {
  const all = new Models({ models: servers, spending }, new SystemClock());
  const log = new ExchangeFile(exchanges);
  return {
    named: async (name, change) =>
      Object.hasOwn(config.models, name) ? all.model(config, { name, change, log }) : undefined,
  };
}
