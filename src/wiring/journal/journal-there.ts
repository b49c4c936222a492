import { AutolandError } from '../../domain/errors.ts';
import { readOwner } from '../place/owner.ts';
import { hasJournal, type Place, type PlaceOptions } from '../place/place.ts';

/** Rejects with `journal.missing`. */
export async function mustHaveJournal(place: Place, options: PlaceOptions): Promise<void> {
  if (hasJournal(place)) return;
  const { repo, state } = place;
  const owner = readOwner(repo);
  const elsewhere =
    owner === undefined || owner.state === state
      ? 'if autoland runs with another --state or as another user, name its state: --state DIR; else start it once'
      : `autoland ran there with another state: add --state ${owner.state}; or start it here`;
  const where = options.state === undefined ? '' : ` --state ${state}`;
  throw new AutolandError('journal.missing', `expected a journal in ${state}, found none`, {
    mend: `${elsewhere}: autoland up --repo ${repo}${where}`,
  });
}
