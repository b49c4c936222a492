import type { Entry } from '../domain/journal.ts';
import { type Ledger, overtakenCode } from './ledger.ts';
import { updatesOf } from './updates.ts';

/** Packages whose updates the branch has overtaken and no scan has dealt with since, each with the journal index of that. */
export type Overtaken = { readonly packages: ReadonlyMap<string, number>; readonly upTo: number };

export const noneOvertaken: Overtaken = { packages: new Map(), upTo: -1 };

/** The event types that they are folded from. */
export const overtakenTypes = ['change.concluded', 'agents.scanned'];

/** `ledger` MUST be at least as new as the entries. A scan deals with what it names, as far as it knew of it when it began. */
export function foldOvertaken(
  entries: readonly Entry[],
  ledger: Ledger,
  from: Overtaken = noneOvertaken,
): Overtaken {
  const packages = new Map(from.packages);
  for (const { type, change, data, index } of entries) {
    if (type === 'change.concluded' && data.code === overtakenCode) {
      const overtaken = ledger.changes.get(change ?? '');
      for (const { name } of overtaken === undefined ? [] : updatesOf(overtaken.proposal))
        packages.set(name, index);
    }
    if (type !== 'agents.scanned') continue;
    // Scans of earlier versions of autoland name nothing.
    const { knownUpTo = index, handled = [...packages.keys()] } = data;
    for (const name of handled as string[])
      if ((packages.get(name) ?? index) <= Number(knownUpTo)) packages.delete(name);
  }
  return { packages, upTo: entries.at(-1)?.index ?? from.upTo };
}
