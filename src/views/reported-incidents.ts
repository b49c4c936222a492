import type { ChangeId, Sha } from '../domain/change.ts';
import type { Entry } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { type Ledger, revertSource } from './ledger.ts';

/** Harm in production that somebody reported, where no change is known to have brought it. */
export type ReportedIncident = {
  readonly id: string;
  /** RFC 3339; so are `since` and `began`. */
  readonly openedAt: string;
  readonly by: string;
  readonly reason: string;
  /** null: of whatever runs here. */
  readonly service: string | null;
  /** Then users were well. */
  readonly since: string;
  /** From then on they were not, as far as is known. */
  readonly began: string;
  /** A shell's command that passes where users are well; null: none is known. */
  readonly check: string | null;
  /** The service is started for its check. */
  readonly serve: boolean;
  /** What tells two reports of one origin apart, such as an alert's fingerprint; null: nothing. */
  readonly key: string | null;
  /** The last one; null: nobody has looked. */
  readonly inquiry: Inquired | null;
  /** What takes back what an inquiry found, a revert or a change that was under way; null: nothing does. */
  readonly mending: ChangeId | null;
  /** null: nobody has. */
  readonly closed: { readonly at: string; readonly by: string; readonly reason: string } | null;
};

/** What an inquiry came to. */
export type Inquired = {
  readonly at: string;
  readonly code: string;
  readonly reason: string;
  readonly culprit: { readonly commit: Sha; readonly change: ChangeId | null } | null;
  /** The revert; null: none was proposed by it. */
  readonly proposed: ChangeId | null;
  /** What was under way, and is taken back; null: nothing is. */
  readonly takenBack: ChangeId | null;
  readonly measured: readonly {
    readonly commit: Sha;
    readonly colour: string;
    readonly why: string | null;
  }[];
};

export const reportedTypes = ['incident.opened', 'incident.inquired', 'incident.closed'];

/** By id, the oldest first. */
export function foldReported(entries: readonly Entry[]): ReadonlyMap<string, ReportedIncident> {
  const all = new Map<string, ReportedIncident>();
  for (const entry of entries) {
    const id = String(entry.data.incident);
    const after = take(all.get(id), entry);
    if (after !== undefined) all.set(id, after);
  }
  return all;
}

function take(incident: ReportedIncident | undefined, entry: Entry): ReportedIncident | undefined {
  const { type, at, actor, data } = entry;
  if (type === 'incident.opened') return incident ?? opened(entry);
  if (incident === undefined) return undefined;
  if (type === 'incident.closed')
    return { ...incident, closed: { at, by: actor, reason: String(data.reason) } };
  if (type !== 'incident.inquired') return incident;
  const inquiry = inquired(at, data);
  // One that finds nothing more undoes nothing.
  return { ...incident, inquiry, mending: inquiry.proposed ?? inquiry.takenBack ?? incident.mending };
}

function opened({ at, actor, data }: Entry): ReportedIncident {
  const { incident, reason, since, began } = data;
  return {
    ...{ id: String(incident), openedAt: at, by: actor, reason: String(reason) },
    ...{ since: String(since), began: String(began) },
    ...{ service: text(data.service), check: text(data.check), key: text(data.key) },
    serve: data.serve === true,
    ...{ inquiry: null, mending: null, closed: null },
  };
}

function inquired(at: string, data: JsonObject): Inquired {
  const { code, reason, culprit, proposed, measured } = data;
  return {
    ...{ at, code: String(code), reason: String(reason) },
    ...{ proposed: text(proposed), takenBack: text(data.takenBack) },
    culprit: (culprit ?? null) as Inquired['culprit'],
    measured: (measured ?? []) as Inquired['measured'],
  };
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** `mending`: what takes the culprit back is under way. `resolved`: it is taken back, or somebody closed the incident. */
export type ReportedState = 'open' | 'mending' | 'resolved';

export function reportedState({ mending, closed }: ReportedIncident, ledger: Ledger): ReportedState {
  if (closed !== null) return 'resolved';
  const change = ledger.changes.get(mending ?? '');
  if (change === undefined) return 'open';
  if (change.conclusion === null) return 'mending';
  // A revert lands; what was under way is rolled back.
  const wanted = change.proposal.source === revertSource ? 'landed' : 'rolled-back';
  return change.conclusion.outcome === wanted ? 'resolved' : 'open';
}

/** They say something about the day: a later inquiry may find what this one did not. */
const passing: ReadonlySet<string> = new Set(['revert.unmeasured', 'revert.quota', 'revert.flickers']);

type Wanted = {
  /** There is a check for those that name none. */
  readonly hasCheck: boolean;
  /** Those from before wait for a person: what was asked in vain so long is not asked for ever. */
  readonly from: Date;
};

/** Open ones that nobody has looked into, or in vain. */
export function toInquire(
  reported: ReadonlyMap<string, ReportedIncident>,
  ledger: Ledger,
  { hasCheck, from }: Wanted,
): readonly ReportedIncident[] {
  return [...reported.values()].filter((one) => {
    const isLate = Date.parse(one.openedAt) >= from.getTime();
    const isNews = isLate && (one.inquiry === null || passing.has(one.inquiry.code));
    return isNews && (hasCheck || one.check !== null) && reportedState(one, ledger) === 'open';
  });
}

export type ReportedLine = Pick<ReportedIncident, 'id' | 'openedAt' | 'by' | 'reason'> & {
  readonly state: ReportedState;
  /** Of the last inquiry; null: nobody has looked. */
  readonly code: string | null;
};

/** The newest first. */
export function linesOf(
  reported: ReadonlyMap<string, ReportedIncident>,
  ledger: Ledger,
): readonly ReportedLine[] {
  return [...reported.values()].reverse().map((one) => {
    const { id, openedAt, by, reason, inquiry } = one;
    return { id, openedAt, by, reason, state: reportedState(one, ledger), code: inquiry?.code ?? null };
  });
}
