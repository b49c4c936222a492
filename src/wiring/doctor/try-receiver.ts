import { randomUUID } from 'node:crypto';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { AutolandError } from '../../domain/errors.ts';
import { trial } from '../../domain/notification.ts';
import type { Receiver } from '../../ports/receiver.ts';
import { receiversOf } from '../journal/receivers.ts';
import { locate, type PlaceOptions } from '../place/place.ts';
import { BranchRules } from '../place/rules.ts';

export type Tried = { readonly receiver: string; readonly ok: boolean; readonly detail: string };

/** `autoland tell NAME`: now rather than at the first incident. Needs no control plane, and is not journalled. */
export async function tryReceiver(options: PlaceOptions, name: string, dryRun: boolean): Promise<Tried> {
  const { repo } = await locate(options);
  const { reader, close } = await openGitReader(repo);
  try {
    const { config } = await new BranchRules(reader, false).load();
    const receivers = receiversOf(config, repo);
    const receiver = receivers.find((one) => one.name === name);
    if (receiver === undefined) throw unknown(name, receivers);
    return dryRun ? await examined(receiver) : await tried(receiver);
  } finally {
    await close();
  }
}

async function examined(receiver: Receiver): Promise<Tried> {
  const obstacle = await receiver.obstacle();
  const detail = obstacle ?? 'nothing speaks against telling';
  return { receiver: receiver.name, ok: obstacle === undefined, detail };
}

async function tried(receiver: Receiver): Promise<Tried> {
  const delivery = await receiver.deliver(trial(`trial_${randomUUID()}`, new Date()));
  const detail = delivery.kind === 'delivered' ? 'it was taken' : delivery.why;
  return { receiver: receiver.name, ok: delivery.kind === 'delivered', detail };
}

function unknown(name: string, receivers: readonly Receiver[]): AutolandError {
  const known = receivers.map((one) => one.name).join(', ');
  return new AutolandError(
    'usage',
    `expected a receiver of .autoland/autoland.yaml, found ${JSON.stringify(name)}`,
    { mend: known === '' ? 'add one below notify:' : `use one of: ${known}` },
  );
}
