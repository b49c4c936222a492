import { endingNote, lookNote } from '../domain/exposure.ts';
import type { Incident, Moment, Users } from '../domain/incident.ts';
import type { Entry } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Classification, Exposure, MergeReport, ReleaseReport } from '../domain/stage.ts';
import { loweredBy } from './autonomy.ts';
import { lastExposure } from './change-view.ts';
import { ofLastLeg } from './legs.ts';

/** What the journal holds about one change that was taken from its users. */
export type IncidentSources = {
  /** Of the change, oldest first. */
  readonly entries: readonly Entry[];
  /** Of the change that reverts it; []: there is none. */
  readonly revert: readonly Entry[];
  /** Adoptions: by each a person decided what the branch holds. */
  readonly adoptions: readonly Entry[];
};

/** undefined: it was not rolled back, or nobody could have met it. */
export function incidentOf({ entries: all, revert, adoptions }: IncidentSources): Incident | undefined {
  // Where services had it before, no harm was seen.
  const entries = ofLastLeg(all);
  const ending = endingOf(entries);
  const release = resultOf<ReleaseReport>(entries, 'release');
  const opened = entries.find((entry) => isEffect(entry, 'expose-'));
  if (ending === undefined || release?.deploys !== true || opened === undefined) return undefined;
  const { code, reason } = ending.data.data as { code: string; reason: string };
  const closed = closedAfter(entries, ending);
  const resolved = resolvedBy(ending, revert, adoptions);
  return {
    change: ending.change ?? '',
    title: titleOf(entries),
    packages: packagesOf(entries),
    service: release.service,
    digest: release.digest,
    stable: release.stable,
    merge: resultOf<MergeReport>(entries, 'merge')?.commit ?? null,
    state: resolved !== undefined ? 'resolved' : closed !== undefined ? 'contained' : 'open',
    code,
    reason,
    users: usersOf(lastExposure(entries)),
    share: isPromoted(entries) ? 1 : Math.max(0, ...exposuresOf(entries).map(({ share }) => share)),
    exposedSeconds: closed === undefined ? null : msBetween(opened, closed) / 1000,
    closedAfterMs: closed === undefined ? null : msBetween(ending, closed),
    timeline: timelineOf(entries, revert, resolved),
    evidence: evidenceOf(entries),
    revert: revertOf(entries) ?? null,
    demotion: loweredBy(entries) ?? null,
  };
}

/** The note that a rollback was decided; undefined: none was. */
export function endingOf(entries: readonly Entry[]): Entry | undefined {
  return entries.find(isRollbackDecided);
}

export function isRollbackDecided(entry: Entry): boolean {
  const { note, data } = entry.data as { note?: Json; data?: JsonObject };
  return entry.type === 'stage.noted' && note === endingNote && data?.outcome === 'rolled-back';
}

/** The change that was made to take the merge back; undefined: none, or it could not be made. */
export function revertOf(entries: readonly Entry[]): string | undefined {
  const made = entries.findLast((entry) => isEffect(entry, 'queue-revert'))?.data.receipt;
  const change = (made as JsonObject | undefined)?.change;
  return typeof change === 'string' ? change : undefined;
}

export function usersOf(exposure: Exposure | undefined): Users {
  const { usersExposed = 0, usersErrored = 0, backgroundErrors = 0 } = exposure ?? {};
  const harmed = Math.max(0, usersErrored - backgroundErrors);
  return { exposed: usersExposed, errored: usersErrored, background: backgroundErrors, harmed };
}

/** An effect that is done, by the beginning of its step. */
export function isEffect(entry: Entry, step: string): boolean {
  return entry.type === 'effect.done' && String(entry.data.step).startsWith(step);
}

export function resultOf<Data>(entries: readonly Entry[], stage: string): Data | undefined {
  const found = entries.findLast(({ type, data }) => type === 'stage.finished' && data.stage === stage);
  return found?.data.data as Data | undefined;
}

/** By whatever took it from its users first. Once everybody has it there is no flag to close: the route goes back. */
function closedAfter(entries: readonly Entry[], ending: Entry): Entry | undefined {
  const closes = [isPromoted(entries) && !isTried(entries) ? 'take-back-' : 'close-', 'remove-candidate'];
  return entries.find((entry) => entry.index > ending.index && closes.some((step) => isEffect(entry, step)));
}

function isPromoted(entries: readonly Entry[]): boolean {
  return entries.some((entry) => isEffect(entry, 'promote-'));
}

/** In a trial of what everybody had, its flag is what exposes users. */
function isTried(entries: readonly Entry[]): boolean {
  const last = entries.findLast((entry) => isEffect(entry, 'try-') || isEffect(entry, 'clear-'));
  return last !== undefined && isEffect(last, 'try-');
}

function resolvedBy(ending: Entry, revert: readonly Entry[], adoptions: readonly Entry[]): Entry | undefined {
  const landed = revert.find(({ type, data }) => type === 'change.concluded' && data.outcome === 'landed');
  const adopted = adoptions.find(({ index }) => index > ending.index);
  const all = [landed, adopted].filter((entry) => entry !== undefined);
  return all.sort((a, b) => a.index - b.index)[0];
}

type Exposed = { readonly entry: Entry; readonly share: number };

/** Every raise that was carried out, with the share that its intent named. */
function exposuresOf(entries: readonly Entry[]): readonly Exposed[] {
  return entries
    .filter((entry) => isEffect(entry, 'expose-'))
    .map((entry) => ({ entry, share: shareOf(entries, entry.data.key) }));
}

export function shareOf(entries: readonly Entry[], key: Json | undefined): number {
  const intent = entries.find(({ type, data }) => type === 'effect.intended' && data.key === key)?.data
    .intent;
  const weight = (intent as JsonObject | undefined)?.weight;
  return typeof weight === 'number' ? weight : 0;
}

function timelineOf(
  entries: readonly Entry[],
  revert: readonly Entry[],
  resolved: Entry | undefined,
): readonly Moment[] {
  const shares = new Map(exposuresOf(entries).map(({ entry, share }) => [entry.index, share]));
  const own = entries.flatMap((entry) => momentOf(entry, shares.get(entry.index)) ?? []);
  const merged = revert.find(({ type, data }) => type === 'stage.finished' && data.stage === 'merge');
  const off = merged === undefined ? [] : [moment(merged, `reverted on the branch by ${merged.change}`)];
  return [...own, ...off, ...(resolved === undefined ? [] : [moment(resolved, resolution(resolved))])];
}

/** By the beginning of the step; '': nothing that a person needs to know. */
const acts: readonly (readonly [step: string, what: string])[] = [
  ['promote-', 'promoted: every user has it'],
  ['try-', 'half of the users given the version before, to compare'],
  ['clear-', 'found not to blame: every user has it again'],
  ['take-back-', 'route back at the version before'],
  ['close-flags', ''],
  ['close-', 'flag closed: no new request meets it'],
  ['remove-candidate', 'stopped, and off the route'],
];

function momentOf(entry: Entry, share: number | undefined): Moment | undefined {
  if (entry.type === 'stage.finished' && entry.data.stage === 'merge') return moment(entry, 'merged');
  if (share !== undefined)
    return moment(entry, `exposed to ${Number((share * 100).toFixed(2))} % of the users`);
  if (isRollbackDecided(entry))
    return moment(entry, `rollback decided: ${(entry.data.data as JsonObject).code}`);
  const lowered = loweredBy([entry]);
  if (lowered !== undefined) return moment(entry, `autonomy of ${lowered.class} lowered to ${lowered.to}`);
  const acted = acts.find(([step]) => isEffect(entry, step));
  if (acted !== undefined) return acted[1] === '' ? undefined : moment(entry, acted[1]);
  if (!isEffect(entry, 'queue-revert')) return undefined;
  const receipt = entry.data.receipt as JsonObject;
  if (typeof receipt.change === 'string') return moment(entry, `revert proposed: ${receipt.change}`);
  return moment(entry, `no clean revert, a person must make it: ${String(receipt.conflict)}`);
}

function resolution(entry: Entry): string {
  return entry.type === 'service.stable'
    ? `closed: ${entry.actor} adopted ${String(entry.data.commit).slice(0, 10)}`
    : `closed: its revert has landed`;
}

function moment({ at, index }: Entry, what: string): Moment {
  return { at, index, what };
}

function evidenceOf(entries: readonly Entry[]): readonly Json[] {
  const look = entries.findLast(({ type, data }) => type === 'stage.noted' && data.note === lookNote);
  const { decision, evidence } = (look?.data.data ?? {}) as { decision?: Json; evidence?: readonly Json[] };
  return decision === 'rollback' && Array.isArray(evidence) ? evidence : [];
}

function titleOf(entries: readonly Entry[]): string {
  return String(entries.find(({ type }) => type === 'change.proposed')?.data.title ?? '');
}

function packagesOf(entries: readonly Entry[]): Incident['packages'] {
  const { packages = [] } = resultOf<Classification>(entries, 'classify') ?? {};
  return packages.filter(({ direct }) => direct).map(({ name, from, to }) => ({ name, from, to }));
}

function msBetween(from: Entry, to: Entry): number {
  return Date.parse(to.at) - Date.parse(from.at);
}
