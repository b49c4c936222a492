import { DeliveryFiles } from '../../adapters/notify/delivery-file.ts';
import type { Config } from '../../config/schema.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Receiver } from '../../ports/receiver.ts';
import { receiversOf } from '../journal/receivers.ts';
import type { Place } from '../place/place.ts';

export const nobodyTold = {
  missing: 'nobody is told what happens',
  mend: 'to tell somebody, add notify: to .autoland/autoland.yaml',
};

/**
 * Nobody is told anything for a trial: looked up is who would be, and read what that takes. Rejects with `config.invalid` where
 * somebody cannot be told; undefined: nobody is configured.
 */
export async function examineReceivers(
  config: Pick<Config, 'notify'>,
  place: Place,
): Promise<string | undefined> {
  const receivers = receiversOf(config, place.repo);
  if (receivers.length === 0) return undefined;
  const found = await Promise.all(
    receivers.map(async (receiver) => ({ name: receiver.name, obstacle: await obstacleOf(place, receiver) })),
  );
  const bad = found.filter(({ obstacle }) => obstacle !== undefined);
  if (bad.length === 0) return `${found.map(({ name }) => name).join(', ')}: nothing speaks against telling`;
  throw new AutolandError(
    'config.invalid',
    bad.map(({ name, obstacle }) => `${name}: ${obstacle}`).join('; '),
    { mend: 'correct notify: in .autoland/autoland.yaml, or what it names' },
  );
}

async function obstacleOf({ files }: Place, receiver: Receiver): Promise<string | undefined> {
  const trouble = new DeliveryFiles(files.notify).read(receiver.name)?.trouble;
  const last = trouble == null ? undefined : `last tried at ${trouble.at}: ${trouble.why}`;
  return (await receiver.obstacle()) ?? last;
}
