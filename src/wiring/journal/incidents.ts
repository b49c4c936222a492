import type { Incident } from '../../domain/incident.ts';
import type { Entry } from '../../domain/journal.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Journal } from '../../ports/journal.ts';
import { incidentOf, revertOf } from '../../views/incident.ts';

type Reading = Pick<Journal, 'read'>;

/** `to`: nothing from this entry on counts; absent: all there is. */
export async function readIncident(
  journal: Reading,
  change: string,
  to?: number,
): Promise<Incident | undefined> {
  const until = to === undefined ? {} : { to };
  const entries = await journal.read({ change, ...until });
  const revert = revertOf(entries);
  return incidentOf({
    entries,
    revert: revert === undefined ? [] : await journal.read({ change: revert, ...until }),
    adoptions: await journal.read({ types: ['service.stable'], ...until }),
  });
}

/** The incidents that are over with this very entry: its revert has landed, or a person adopted. */
export async function incidentsEndedBy(journal: Reading, entry: Entry): Promise<readonly Incident[]> {
  const ended: Incident[] = [];
  for (const change of await candidatesOf(journal, entry)) {
    const incident = await readIncident(journal, change, entry.index + 1);
    if (incident?.state === 'resolved' && incident.timeline.at(-1)?.index === entry.index)
      ended.push(incident);
  }
  return ended;
}

async function candidatesOf(journal: Reading, entry: Entry): Promise<readonly string[]> {
  if (entry.type === 'service.stable') {
    const concluded = await journal.read({ types: ['change.concluded'], to: entry.index });
    return concluded
      .filter(({ data }) => data.outcome === 'rolled-back')
      .flatMap(({ change }) => change ?? []);
  }
  if (entry.type !== 'change.concluded' || entry.data.outcome !== 'landed' || entry.change === undefined)
    return [];
  const [proposed] = await journal.read({ change: entry.change, types: ['change.proposed'] });
  const of = (proposed?.data.record as JsonObject | undefined)?.of;
  return typeof of === 'string' ? [of] : [];
}
