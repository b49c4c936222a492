import type { ReportedIncident } from '../../views/reported-incidents.ts';
import { raisesIn, raiseTypes, rankSuspects } from '../../views/suspects.ts';
import type { Repository } from '../repository.ts';

export type Suspicion = ReturnType<typeof rankSuspects>;

/** Who may have begun it, by time alone: nothing was measured. */
export async function suspicionOf(
  { store }: Repository,
  { began, since }: Pick<ReportedIncident, 'began' | 'since'>,
): Promise<Suspicion> {
  const raises = raisesIn(await store.read({ types: raiseTypes }), began);
  return rankSuspects(
    began,
    raises.filter(({ at }) => Date.parse(at) > Date.parse(since)),
  );
}
