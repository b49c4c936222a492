import type { Config } from '../../config/schema.ts';
import { toInquire } from '../../views/reported-incidents.ts';
import { onsetIn } from '../../views/suspects.ts';
import type { Repository } from '../place/repository.ts';
import type { ScanReport } from '../scan/scanning.ts';
import { type InquiryOutcome, type InquiryTools, inquire } from './inquire.ts';
import { openIncident, reportedIn } from './open-incident.ts';

type Wish = { readonly actor: string; readonly dryRun: boolean };
type Found = Pick<ScanReport, 'proposals' | 'skipped'>;

/** What a scan does about incidents: those are looked into that nobody has looked into. */
export async function scanIncidents(
  repository: Repository,
  tools: InquiryTools,
  config: Config,
  { actor, dryRun }: Wish,
): Promise<Found> {
  const hasCheck = config.agents.revert.check !== null;
  const from = oldestOf(repository, config);
  if (hasCheck && !dryRun) await reportAlarms(repository, config);
  const found: InquiryOutcome[] = [];
  // One after the other, and asked anew each time: the revert of one may be that of the next.
  const seen = new Set<string>();
  for (;;) {
    const open = toInquire(await reportedIn(repository), await repository.ledger(), { hasCheck, from });
    const next = open.find(({ id }) => !seen.has(id));
    if (next === undefined) return toldOf(found);
    seen.add(next.id);
    found.push(await inquire(repository, tools, next, { actor, dryRun, onMeasured: () => undefined }));
  }
}

function toldOf(found: readonly InquiryOutcome[]): Found {
  const proposals = found.flatMap(({ proposed, revert }) =>
    revert === null ? [] : [{ change: proposed, version: null, ...revert }],
  );
  const skipped = found.flatMap(({ incident, code, reason, revert }) =>
    revert === null ? [{ name: incident, code, reason }] : [],
  );
  return { proposals, skipped };
}

/** What came before is for a person. */
function oldestOf({ clock }: Repository, config: Config): Date {
  return new Date(clock.now().getTime() - config.agents.revert.maxAgeHours * 3_600_000);
}

const reporter = 'agent:revert';

/** A rollout that ended by an alarm without knowing whose the harm was has left an incident that nobody reported. */
async function reportAlarms(repository: Repository, config: Config): Promise<void> {
  const known = new Set([...(await reportedIn(repository)).values()].map(({ key }) => key));
  const oldest = oldestOf(repository, config).getTime();
  const { changes, production } = await repository.ledger();
  for (const { id, conclusion, concludedAt, releases } of changes.values()) {
    const key = `alarm of ${id}`;
    if (conclusion === null || known.has(key) || Date.parse(concludedAt ?? '') < oldest) continue;
    const onset = alarms.has(conclusion.code)
      ? onsetIn(await repository.store.read({ change: id }))
      : undefined;
    if (onset === undefined) continue;
    const reason = `The rollout of ${id} ended with ${conclusion.code}, and it is not known whose the harm was.`;
    const service = releases.at(-1)?.service ?? '';
    if (!production.has(service)) continue;
    const began = Date.parse(onset) / 1000;
    await openIncident(repository, { by: reporter, reason, service, began, key, dryRun: false });
  }
}

const alarms: ReadonlySet<string> = new Set(['rollout.watch', 'rollout.shared-incident']);
