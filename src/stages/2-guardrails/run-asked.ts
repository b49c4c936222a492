import { createHash, randomUUID } from 'node:crypto';
import type { Driver } from '../../domain/driver.ts';
import type { Model } from '../../ports/model.ts';
import { readReply, readText } from './drivers/answer.ts';
import type { DriverSettings } from './drivers/facts.ts';
import { protocol, requestFor, type Shown } from './drivers/prompt.ts';
import type { GuardrailPorts } from './run-ports.ts';

type Asking = {
  readonly model: Model;
  readonly wanted: DriverSettings;
  readonly shown: Shown;
};

/** A string: why there are none. What was written for the same question is not written anew: nobody gets a second draw. */
export async function askForDrivers(
  { answers }: Pick<GuardrailPorts, 'answers'>,
  { model, wanted, shown }: Asking,
): Promise<readonly Driver[] | string> {
  const { identity } = model;
  const { most, maxOutputTokens } = wanted;
  const { family, model: exact, scripted } = identity;
  const question = [protocol, family, exact, scripted, most, maxOutputTokens, shown];
  const digest = createHash('sha256').update(JSON.stringify(question)).digest('hex');
  const known = await answers?.get(digest);
  const read = known === undefined ? undefined : readText(known, digest, most);
  if (read !== undefined && typeof read !== 'string') return read;
  const nonce = randomUUID();
  const reply = await model.ask(requestFor({ shown, most, nonce, maxOutputTokens }));
  const drivers = readReply(reply, { identity, nonce, most });
  if (typeof drivers !== 'string') await answers?.put(digest, JSON.stringify({ nonce: digest, drivers }));
  return drivers;
}
