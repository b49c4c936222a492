import { randomBytes } from 'node:crypto';
import { AutolandError } from '../../domain/errors.ts';
import {
  foldReported,
  type ReportedIncident,
  reportedState,
  reportedTypes,
} from '../../views/reported-incidents.ts';
import type { Repository } from '../place/repository.ts';

/** What somebody reports of harm in production. */
export type IncidentReport = {
  readonly by: string;
  readonly reason: string;
  /** Unix seconds; absent: a day before it began. */
  readonly since?: number | undefined;
  /** Unix seconds; absent: now. */
  readonly began?: number | undefined;
  /** Absent: the only one that runs here. */
  readonly service?: string | undefined;
  readonly check?: string | undefined;
  /** Whether the service is started for the check. Default: no. */
  readonly serve?: boolean | undefined;
  readonly key?: string | undefined;
  readonly dryRun: boolean;
};

export type OpenedIncident = {
  readonly incident: ReportedIncident;
  /** false: it was reported under the same key, and is open. */
  readonly isNew: boolean;
};

const daySeconds = 24 * 3600;

/** Journals it. Reported again under the same key while it is open, it is the same one. Rejects with `usage` for what cannot be. */
export async function openIncident(repository: Repository, report: IncidentReport): Promise<OpenedIncident> {
  const known = await reportedIn(repository);
  const ledger = await repository.ledger();
  const same = [...known.values()].find(
    (one) => report.key !== undefined && one.key === report.key && reportedState(one, ledger) !== 'resolved',
  );
  if (same !== undefined) return { incident: same, isNew: false };
  const now = repository.clock.now();
  const { since, began } = timesOf(report, now);
  const service = serviceOf([...ledger.production.keys()], report.service);
  const { by, reason, check = null, serve = false, key = null } = report;
  const id = `inc_${randomBytes(6).toString('hex')}`;
  const said = { reason, service, since, began, check, serve, key };
  if (!report.dryRun) await repository.record('incident.opened', by, { incident: id, ...said });
  const openedAt = now.toISOString();
  return { incident: { id, openedAt, by, ...said, inquiry: null, mending: null, closed: null }, isNew: true };
}

export async function reportedIn({ store }: Repository): Promise<ReadonlyMap<string, ReportedIncident>> {
  return foldReported(await store.read({ types: reportedTypes }));
}

function timesOf(report: IncidentReport, now: Date): Pick<ReportedIncident, 'since' | 'began'> {
  const nowSeconds = now.getTime() / 1000;
  const began = report.began ?? nowSeconds;
  const since = report.since ?? began - daySeconds;
  const text = (seconds: number) => new Date(seconds * 1000).toISOString();
  if (began > nowSeconds)
    throw new AutolandError(
      'usage',
      `expected an incident that has begun, found one that begins at ${text(began)}`,
      {
        mend: `it is ${text(nowSeconds)} here: times are read with their offset, such as Z for UTC`,
      },
    );
  if (since >= began)
    throw new AutolandError(
      'usage',
      `expected a time at which users were still well, found ${text(since)}, and that the incident began at ${text(began)}`,
      {
        mend: 'say an earlier one: what came to production after it is looked into',
      },
    );
  return { since: text(since), began: text(began) };
}

/** null: nothing is deployed from here, so that it is about what the branch holds. */
function serviceOf(services: readonly string[], wanted: string | undefined): string | null {
  if (wanted !== undefined && !services.includes(wanted))
    throw new AutolandError(
      'usage',
      `expected a service that production runs, found ${JSON.stringify(wanted)}`,
      {
        mend:
          services.length === 0 ? 'none was adopted here: leave it out' : `one of: ${services.join(', ')}`,
      },
    );
  if (wanted === undefined && services.length > 1)
    throw new AutolandError(
      'usage',
      `expected which service is meant, found ${services.length} that run here`,
      {
        mend: `name one of: ${services.join(', ')}`,
      },
    );
  return wanted ?? services[0] ?? null;
}
