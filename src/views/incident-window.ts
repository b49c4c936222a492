import type { ChangeId, Sha } from '../domain/change.ts';
import type { Entry } from '../domain/journal.ts';
import { foldLedger, inProduction, type Ledger } from './ledger.ts';
import type { Stable } from './production.ts';

/** What users had when they were well, and what they have now. */
export type ProductionWindow = {
  readonly service: string;
  readonly base: Stable;
  readonly head: Stable;
  /** RFC 3339: from then on what production ran is known; null: it was known at the time that was asked about. */
  readonly knownSince: string | null;
  /** A change beyond `head` that users may meet. */
  readonly exposed: { readonly change: ChangeId; readonly commit: Sha } | undefined;
};

/**
 * `entries`: those that a ledger is folded from, all of them. undefined: production runs no such service here. Before the first adoption it is not
 * known what ran: then the window begins with that.
 */
export function productionWindow(
  entries: readonly Entry[],
  { service, since }: { readonly service: string; readonly since: string },
): ProductionWindow | undefined {
  const from = Date.parse(since);
  const isBefore = (entry: Entry) => Date.parse(entry.at) <= from;
  const then = foldLedger(entries.filter(isBefore));
  const now = foldLedger(entries);
  const head = now.production.get(service)?.stable;
  if (head === undefined) return undefined;
  const known = then.production.get(service)?.stable;
  const first = entries.find(({ type, data }) => type === 'service.stable' && data.service === service);
  const base = known ?? (first?.data as unknown as Stable | undefined) ?? head;
  const knownSince = known === undefined ? (first?.at ?? null) : null;
  return { service, base, head, knownSince, exposed: exposedIn(now, service) };
}

/** A change that is given to users and not yet to all; undefined: there is none. */
export function exposedIn(ledger: Ledger, service: string): ProductionWindow['exposed'] {
  const busy = inProduction(ledger);
  if (busy?.merge == null || !busy.releases.some((one) => one.service === service)) return undefined;
  // Everybody has it already, and it is watched.
  if (ledger.production.get(service)?.stable.commit === busy.merge.commit) return undefined;
  return { change: busy.id, commit: busy.merge.commit };
}
