import { AutolandError } from '../../domain/errors.ts';
import {
  linesOf,
  type ReportedIncident,
  type ReportedLine,
  type ReportedState,
  reportedState,
} from '../../views/reported-incidents.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { reportedIn } from './open-incident.ts';
import { type Suspicion, suspicionOf } from './suspicion.ts';

export type ReportedView = ReportedIncident & {
  readonly state: ReportedState;
  readonly suspicion: Suspicion;
};

/** By its id or an unambiguous beginning of it: at least 4 hex digits, with or without `inc_`. */
export async function reportedById(repository: Repository, prefix: string): Promise<ReportedIncident> {
  const known = await reportedIn(repository);
  const digits = /^(?:inc_)?([0-9a-f]{4,12})$/.exec(prefix)?.[1];
  const found = [...known.values()].filter(
    ({ id }) => digits !== undefined && id.startsWith(`inc_${digits}`),
  );
  const [incident] = found;
  if (incident !== undefined && found.length === 1) return incident;
  const several = `that ${JSON.stringify(prefix)} begins ${found.length} of them`;
  const newest = [...known.keys()].at(-1);
  throw new AutolandError(
    'incident.not-found',
    `expected the id of one incident, or 4 of its hex digits, found ${found.length > 1 ? several : JSON.stringify(prefix)}`,
    {
      mend:
        newest === undefined ? 'none was reported yet: autoland incident open' : `the newest is ${newest}`,
    },
  );
}

/** Also of the API. */
export async function viewReported(repository: Repository, prefix: string): Promise<ReportedView> {
  const incident = await reportedById(repository, prefix);
  const state = reportedState(incident, await repository.ledger());
  return { ...incident, state, suspicion: await suspicionOf(repository, incident) };
}

export async function readReported(options: PlaceOptions, prefix: string): Promise<ReportedView> {
  await using repository = await openRepository(options, 'read');
  return await viewReported(repository, prefix);
}

/** The newest first. */
export async function reportedLines(repository: Repository): Promise<readonly ReportedLine[]> {
  return linesOf(await reportedIn(repository), await repository.ledger());
}

export async function listReported(options: PlaceOptions): Promise<readonly ReportedLine[]> {
  await using repository = await openRepository(options, 'read');
  return await reportedLines(repository);
}

type Closing = { readonly by: string; readonly reason: string };

export async function closeIn(
  repository: Repository,
  prefix: string,
  { by, reason }: Closing,
): Promise<ReportedView> {
  const { id, closed } = await reportedById(repository, prefix);
  if (closed === null) await repository.record('incident.closed', by, { incident: id, reason });
  return viewReported(repository, id);
}

export async function closeReported(
  options: PlaceOptions,
  prefix: string,
  closing: Closing,
): Promise<ReportedView> {
  await using repository = await openRepository(options, 'update');
  return await closeIn(repository, prefix, closing);
}
