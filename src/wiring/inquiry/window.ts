import type { InquirySettings } from '../../agents/revert/run-inquiry.ts';
import type { Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { GitReader } from '../../ports/git-host.ts';
import { productionWindow } from '../../views/incident-window.ts';
import { ledgerTypes } from '../../views/ledger.ts';
import type { ReportedIncident } from '../../views/reported-incidents.ts';
import type { Repository } from '../place/repository.ts';

export type Window = Pick<InquirySettings, 'window' | 'exposed'> & {
  /** RFC 3339: from then on what production ran is known; null: at the time that was asked about already. */
  readonly knownSince: string | null;
};

/** Between which commits an incident is looked for. */
export async function windowOf(
  { store }: Repository,
  git: Pick<GitReader, 'history' | 'resolve'>,
  incident: ReportedIncident,
  { target, landed }: Pick<InquirySettings, 'target' | 'landed'>,
): Promise<Window> {
  const { service, since } = incident;
  if (service === null) return { window: await onBranch(), exposed: undefined, knownSince: null };
  const found = productionWindow(await store.read({ types: ledgerTypes }), { service, since });
  if (found === undefined)
    throw new AutolandError('usage', `expected that production runs ${service}, found that it does no more`, {
      mend: `autoland incident close ${incident.id} --reason TEXT`,
    });
  const { head, base, exposed, knownSince } = found;
  return { window: { head: head.commit, base: base.commit }, exposed, knownSince };

  /** Where nothing is deployed from here: what the branch held. A commit of a person says itself when it was made. */
  async function onBranch(): Promise<{ readonly head: Sha; readonly base: Sha }> {
    const head = await git.resolve(target);
    const line = (await git.history(null, head)).toReversed();
    const from = new Date(since);
    const base = line.find(({ sha, at }) => (landed.get(sha)?.mergedAt ?? at) <= from) ?? line.at(-1);
    return { head, base: base?.sha ?? head };
  }
}
