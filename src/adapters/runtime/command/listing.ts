import { AutolandError } from '../../../domain/errors.ts';
import type { DeployedSpec } from '../../../ports/runtime.ts';
import { obstacleTo } from '../instance-address.ts';
import type { Answer } from './answers.ts';

type Listed = readonly { readonly address: string }[];

/** The digest of another version that listens there; undefined: none is known. */
export type Taken = (
  address: string,
  by: { readonly service: string; readonly digest: string },
) => string | undefined;

export function listed(versions: Answer<'status'>['versions'], digest: string): Listed {
  return versions.filter((one) => one.digest === digest).flatMap((one) => one.instances);
}

type Whose = { readonly service: string; readonly digest: string; readonly spec: DeployedSpec };

/** Sorted, each once. Throws `runtime.refused` for one where nobody may be sent. */
export function checkedAddresses(instances: Listed, taken: Taken, whose: Whose): readonly string[] {
  const addresses = inOrder(instances.map(({ address }) => address));
  for (const address of addresses) {
    const obstacle = obstacleTo(address, whose.spec.commands.addresses);
    if (obstacle !== undefined)
      throw refused(obstacle, 'declare it in service.runtime.command.addresses, if instances may be there');
    const other = taken(address, whose);
    if (other !== undefined)
      throw refused(
        `${address} is where ${other} listens already`,
        'give each version addresses of its own: users of two versions must be told apart',
      );
  }
  return addresses;
}

/** Each once: the same addresses in another order are no change of the route. */
export function inOrder(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses)].toSorted((one, other) => (one < other ? -1 : 1));
}

function refused(why: string, mend: string): AutolandError {
  return new AutolandError('runtime.refused', `nobody is sent there: ${why}`, { mend });
}
