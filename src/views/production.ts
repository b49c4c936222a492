import type { Sha } from '../domain/change.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { Entry } from '../domain/journal.ts';
import type { Built, MergeReport, ReleaseReport, RolloutReport } from '../domain/stage.ts';

/** What users of a service have. */
export type Stable = {
  readonly service: string;
  readonly commit: Sha;
  /** Of that commit. */
  readonly tree: Sha;
  readonly digest: string;
};

export type Production = {
  readonly stable: Stable;
  /** The stable version before this one: kept warm. null: there was none. */
  readonly previous: Stable | null;
};

/** By service. */
type Services = ReadonlyMap<string, Production>;

/** What is known of the change that an entry is about. */
type Landing = {
  readonly merge: MergeReport | null;
  readonly tree: Sha | null;
  readonly releases: readonly Built[];
  readonly conclusion: Conclusion | null;
};

export function movedTo(stable: Stable, from: Production | undefined): Production {
  // Back at the version before itself: what came in between was taken back, and nobody keeps that warm.
  const isBack = from?.previous?.digest === stable.digest && from.previous.commit === stable.commit;
  if (from === undefined || isBack) return { stable, previous: null };
  return { stable, previous: from.stable.digest === stable.digest ? from.previous : from.stable };
}

/** What services run after this entry; []: it says nothing about that. */
export function stableAfter(
  entry: Entry,
  change: Landing | undefined,
  services: Services,
): readonly Stable[] {
  if (entry.type === 'service.stable') return [entry.data as unknown as Stable];
  if (change === undefined || change.merge === null) return [];
  if (entry.type === 'change.concluded') return takenBack(change, services);
  if (entry.type !== 'stage.finished') return [];
  const now = { commit: change.merge.commit, tree: change.tree ?? '' };
  if (entry.data.stage === 'rollout')
    return promoted(entry.data.data as unknown as RolloutReport, change, services).map((built) => ({
      ...built,
      ...now,
    }));
  if (entry.data.stage !== 'release') return [];
  const same = sameServices(entry.data.data as unknown as ReleaseReport, services);
  return stablesOf(services)
    .filter(({ service }) => same.has(service))
    .map((stable) => ({ ...stable, ...now }));
}

function promoted(report: RolloutReport, { releases }: Landing, services: Services): readonly Built[] {
  const last = releases.at(-1);
  return report.ran && last !== undefined && services.has(last.service) ? [last] : [];
}

/** The services for which the commit builds what they run already. */
function sameServices(release: ReleaseReport, services: Services): ReadonlySet<string> {
  if (release.deploys) return new Set(release.same ?? []);
  return new Set(release.sameAsStable ? services.keys() : []);
}

/** Rolled back at a later service, a change is taken from those that had it already, before it is concluded. */
function takenBack({ merge, releases, conclusion }: Landing, services: Services): readonly Stable[] {
  if (conclusion?.outcome !== 'rolled-back') return [];
  const isOf = ({ service, digest, commit }: Stable) =>
    commit === merge?.commit && releases.some((one) => one.service === service && one.digest === digest);
  return [...services.values()].flatMap(({ stable, previous }) =>
    previous !== null && isOf(stable) ? [previous] : [],
  );
}

/** What all services run, in the order in which they were adopted first. */
export function stablesOf(services: Services): readonly Stable[] {
  return [...services.values()].map(({ stable }) => stable);
}
