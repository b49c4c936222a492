import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { openWorkshop } from '../scan/workshop.ts';
import { type InquiryOutcome, type InquiryWish, inquire } from './inquire.ts';
import { type IncidentReport, type OpenedIncident, openIncident } from './open-incident.ts';
import { reportedById } from './read.ts';
import { type Suspicion, suspicionOf } from './suspicion.ts';

export type OpenedAndInquired = OpenedIncident & {
  readonly suspicion: Suspicion;
  /** null: it names no check, so that nothing could be measured. */
  readonly inquiry: InquiryOutcome | null;
  readonly dryRun: boolean;
};

/** `autoland incident open`: journalled first, so that it is known whatever becomes of the inquiry. */
export async function openAndInquire(
  options: PlaceOptions,
  report: IncidentReport,
  { onMeasured }: Pick<InquiryWish, 'onMeasured'>,
): Promise<OpenedAndInquired> {
  await using repository = await openRepository(options, 'update');
  const opened = await openIncident(repository, report);
  const suspicion = await suspicionOf(repository, opened.incident);
  const how = wishOf(report, onMeasured);
  const inquiry =
    how.check === undefined
      ? null
      : await atOnce(repository, (tools) => inquire(repository, tools, opened.incident, how));
  return { ...opened, suspicion, inquiry, dryRun: report.dryRun };
}

/** The check is the one of this report: an incident that is open already may have another, or none. */
export function wishOf(report: IncidentReport, onMeasured: InquiryWish['onMeasured']): InquiryWish {
  const { by: actor, dryRun, check: command, serve = false } = report;
  const check = command === undefined ? undefined : { command, serve };
  return { actor, dryRun, check, onMeasured };
}

/** `autoland incident inquire`. */
export async function inquireAgain(
  options: PlaceOptions,
  id: string,
  how: InquiryWish,
): Promise<InquiryOutcome> {
  await using repository = await openRepository(options, 'update');
  const incident = await reportedById(repository, id);
  return await atOnce(repository, (tools) => inquire(repository, tools, incident, how));
}

type Tools = Awaited<ReturnType<typeof openWorkshop>>;

async function atOnce<T>(repository: Repository, work: (tools: Tools) => Promise<T>): Promise<T> {
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    return await work(workshop);
  } finally {
    await workshop.close();
  }
}
