import { readCrashBook } from '../../adapters/crashes/crash-file.ts';
import type { ChangeId } from '../../domain/change.ts';
import { exposedIn } from '../../views/incident-window.ts';
import type { LedgerChange } from '../../views/ledger.ts';
import type { ReportedIncident } from '../../views/reported-incidents.ts';
import { bySuspicion, type ShownRelease, shownRelease } from '../../views/shown-releases.ts';
import { raisesIn, raiseTypes, rankSuspects } from '../../views/suspects.ts';
import type { Repository } from '../place/repository.ts';

export type Suspicion = ReturnType<typeof rankSuspects> & {
  /** Those that came since users were well; []: none did, or nothing is deployed from here. */
  readonly releases: readonly ShownRelease[];
  /** It is given to users now, and not yet to all for good; null: nothing is. */
  readonly underWay: ChangeId | null;
};

type Asked = Pick<ReportedIncident, 'began' | 'since' | 'service'>;

/** Who may have begun it, by time and by what production has shown of each. It blames nobody. */
export async function suspicionOf(repository: Repository, asked: Asked): Promise<Suspicion> {
  const { began, since } = asked;
  const raises = raisesIn(await repository.store.read({ types: raiseTypes }), began);
  const later = raises.filter(({ at }) => Date.parse(at) > Date.parse(since));
  const exposed = asked.service === null ? undefined : exposedIn(await repository.ledger(), asked.service);
  const releases = await releasesSince(repository, asked);
  return { ...rankSuspects(began, later), releases, underWay: exposed?.change ?? null };
}

const mostReleases = 20;

async function releasesSince(
  repository: Repository,
  { since, service }: Asked,
): Promise<readonly ShownRelease[]> {
  if (service === null) return [];
  const { store, place } = repository;
  const book = readCrashBook(place.files.crashes);
  const isLater = ({ mergedAt }: LedgerChange) =>
    mergedAt !== null && Date.parse(mergedAt) > Date.parse(since);
  const newest = [...(await repository.ledger()).changes.values()].filter(isLater).slice(-mostReleases);
  const shown: ShownRelease[] = [];
  for (const change of newest) {
    const entries = await store.read({ change: change.id });
    const one = shownRelease(change, entries, { book, service });
    if (one !== undefined) shown.push(one);
  }
  return bySuspicion(shown);
}
