import { setTimeout as pause } from 'node:timers/promises';
import { RuntimeClient } from '../../adapters/runtime/processes/runtime-client.ts';
import { AutolandError } from '../../domain/errors.ts';
import { driftOf } from '../../views/drift.ts';
import { hasJournal, type Place } from '../place/place.ts';
import { openRepository } from '../place/repository.ts';
import { driftFacts, releasesNow } from '../serving/drift.ts';
import type { Missing } from './doctor-check.ts';

const againMs = 500;

/** Compares at once, content of releases included. Rejects with `state.corrupt` where something is not as it was decided. */
export async function nothingDrifts(place: Place): Promise<string | Missing> {
  if (!hasJournal(place)) return { missing: 'nothing was decided yet', mend: 'autoland up' };
  await using repository = await openRepository({ repo: place.repo, state: place.state }, 'read');
  const runtime = new RuntimeClient({ stateDir: place.state });
  const releases = await releasesNow(repository);
  const look = async () => {
    const facts = await driftFacts({ repository, runtime }, { releases }).catch(() => undefined);
    return facts && driftOf(facts);
  };
  const first = await look();
  if (first === undefined) return { missing: 'nothing runs to be compared', mend: 'autoland up' };
  // Between two steps of a change things move.
  if (first.length > 0) await pause(againMs);
  const seen = new Set(first.map(({ key }) => key));
  const drift = first.length === 0 ? [] : ((await look()) ?? []).filter(({ key }) => seen.has(key));
  if (drift.length === 0) return 'what runs is what was decided';
  throw new AutolandError('state.corrupt', drift.map(({ detail }) => detail).join('; '), {
    mend: 'autoland up corrects what it may within seconds; for the rest: autoland stop, then autoland fsck',
  });
}
