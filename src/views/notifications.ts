import { createHash } from 'node:crypto';
import { canaryJudged } from '../domain/canary.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { Incident } from '../domain/incident.ts';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import type {
  Notification,
  NotificationKind,
  NotifiedChange,
  NotifiedFlag,
  NotifiedJudge,
  NotifiedService,
} from '../domain/notification.ts';
import type { Classification, Leg, MergeReport, ReleaseReport } from '../domain/stage.ts';
import { counted } from '../domain/words.ts';
import { autonomyTypes, loweredBy, type Restoration } from './autonomy.ts';
import { lastExposure } from './change-view.ts';
import { incidentOf, isEffect, isRollbackDecided, resultOf, shareOf, usersOf } from './incident.ts';
import { releasesIn } from './legs.ts';
import { mayTakeStanding } from './standing-lost.ts';

/** The event types that something is told of, or that decide whether it is. */
export const notifiedTypes = [
  'stage.finished',
  'stage.noted',
  'effect.done',
  'change.concluded',
  'service.stable',
  ...autonomyTypes,
  canaryJudged,
];

/** Whether an entry of these types may be told of at all: most are not, and need no further reading. */
export function mayBeTold(entry: Entry): boolean {
  const { type, data } = entry;
  if (type === 'stage.finished') return data.stage === 'merge';
  if (type === 'stage.noted') return isRollbackDecided(entry);
  if (type === canaryJudged) return mayTakeStanding(entry);
  return type !== 'effect.done' || isEffect(entry, 'expose-') || isEffect(entry, 'close-');
}

/** What the journal says up to the entry that is told of, and nothing later: the same entry is told in the same way. */
export type NotificationSources = {
  /** Of the entry's change, oldest first, up to it; []: it concerns no change. */
  readonly entries: readonly Entry[];
  /** Incidents that this entry ends. */
  readonly ends: readonly Incident[];
  /** The judge whose standing this entry takes; absent: nobody's. */
  readonly unseats?: NotifiedJudge | undefined;
};

/** What an entry is told as; []: nobody is told of it. */
export function notificationsOf(entry: Entry, sources: NotificationSources): readonly Notification[] {
  const { entries, ends, unseats } = sources;
  const own = tell(entry, entries);
  const closed = ends.map((incident) => ({
    ...blank(entry, 'incident.resolved', incident.change),
    text: `Incident of ${incident.change} is closed: ${incident.timeline.at(-1)?.what ?? ''}.`,
    users: incident.users,
    service: serviceOfIncident(incident),
    incident,
  }));
  return [...own, ...closed, ...(unseats === undefined ? [] : [standingLost(entry, unseats)])];
}

function tell(entry: Entry, entries: readonly Entry[]): readonly Notification[] {
  switch (entry.type) {
    case 'service.stable':
      return [adopted(entry)];
    case 'autonomy.demoted':
      return demoted(entry, entries);
    case 'autonomy.restored':
      return [restored(entry)];
    case 'change.concluded':
      return concluded(entry, entries);
    case 'stage.finished':
      return entry.data.stage === 'merge' ? [merged(entry, entries)] : [];
    case 'stage.noted':
      return isRollbackDecided(entry) ? detected(entry, entries) : [];
    case 'effect.done':
      return flagMoved(entry, entries);
    default:
      return [];
  }
}

function merged(entry: Entry, entries: readonly Entry[]): Notification {
  const change = changeOf(entries);
  const commit = (entry.data.data as unknown as MergeReport).commit;
  return {
    ...about(entry, 'change.merged', entries),
    text: `Merged ${title(change)} as ${commit.slice(0, 10)}.`,
  };
}

function adopted(entry: Entry): Notification {
  const { service, digest, commit } = entry.data as { service: string; digest: string; commit: string };
  return {
    ...blank(entry, 'service.adopted', ''),
    text: `${entry.actor} deployed ${commit.slice(0, 10)} of ${service} to all users.`,
    service: { name: service, digest, before: null },
  };
}

function detected(entry: Entry, entries: readonly Entry[]): readonly Notification[] {
  const incident = incidentOf({ entries, revert: [], adoptions: [] });
  if (incident === undefined) return [];
  const { reason, users, service, digest } = incident;
  return [
    {
      ...about(entry, 'incident.detected', entries),
      text: `${service}: ${title(changeOf(entries))} is taken from its users. ${reason}`,
      users,
      service: { name: service, digest, before: incident.stable },
      incident,
    },
  ];
}

function demoted(entry: Entry, entries: readonly Entry[]): readonly Notification[] {
  const lowered = loweredBy([entry]);
  if (lowered === undefined) return [];
  const { class: of, from, to } = lowered;
  const why = `${title(changeOf(entries))} was taken back (${String(entry.data.code)})`;
  const text = `Autonomy of ${of} is lowered from ${from} to ${to}: ${why}.`;
  return [{ ...about(entry, 'autonomy.demoted', entries), text, autonomy: { class: of, demotedTo: to } }];
}

function restored(entry: Entry): Notification {
  const { class: of, reason } = entry.data as unknown as Restoration;
  return {
    ...blank(entry, 'autonomy.restored', of),
    text: `${entry.actor} restored the autonomy of ${of}: ${reason}`,
    autonomy: { class: of, demotedTo: null },
  };
}

function standingLost(entry: Entry, judge: NotifiedJudge): Notification {
  const { class: of, why } = judge;
  const text = `The judge has lost its standing for ${of}, so its "no objection" no longer counts there: ${why}.`;
  return { ...blank(entry, 'judge.standing-lost', `${judge.judge} ${of}`), text, judge };
}

const outcomes: { readonly [Outcome in Conclusion['outcome']]: NotificationKind | null } = {
  landed: null,
  refused: 'change.refused',
  held: 'change.held',
  'rolled-back': 'change.rolled-back',
  // Its successor is told of.
  superseded: null,
};

const landed: { readonly [code: string]: NotificationKind } = {
  'landed.promoted': 'change.promoted',
  'landed.restored': 'change.restored',
};

const verbs: { readonly [Kind in NotificationKind]?: string } = {
  'change.promoted': 'Promoted',
  'change.restored': 'Restored the version before with',
  'change.rolled-back': 'Rolled back',
  'change.held': 'Held for a person',
  'change.refused': 'Refused',
};

function concluded(entry: Entry, entries: readonly Entry[]): readonly Notification[] {
  const conclusion = entry.data as unknown as Conclusion;
  const kind = landed[conclusion.code] ?? outcomes[conclusion.outcome];
  if (kind === null) return [];
  const users = usersOf(lastExposure(entries));
  const met = users.exposed === 0 ? '' : ` ${harmOf(users.exposed, users.harmed)}`;
  const why = kind === 'change.promoted' ? '' : ` ${conclusion.reasons.join('; ')}`;
  const text = `${verbs[kind] ?? ''} ${title(changeOf(entries))} (${conclusion.code}).${why}${met}`;
  const all = { text, conclusion, users: users.exposed === 0 ? null : users };
  // To the last service belongs the identity that there has always been: it is the only one as a rule.
  const others = conclusion.outcome === 'held' ? [] : releasesIn(entries).slice(1).map(namedService);
  return [
    { ...about(entry, kind, entries), ...all },
    ...others.map((service) => ({
      ...blank(entry, kind, `${entry.change} ${service.name}`),
      change: changeOf(entries),
      service,
      ...all,
    })),
  ];
}

function harmOf(exposed: number, harmed: number): string {
  return `${counted(exposed, 'user')} met it, about ${harmed} of them harmed.`;
}

function flagMoved(entry: Entry, entries: readonly Entry[]): readonly Notification[] {
  const kind = flagKind(entry, entries);
  if (kind === undefined) return [];
  const intent = intentOf(entries, entry);
  const share = kind === 'flag.closed' ? 0 : shareOf(entries, entry.data.key);
  const flag: NotifiedFlag = { name: flagName(String(intent.flag)), share };
  const what = kind === 'flag.closed' ? 'closed' : `at ${Number((share * 100).toFixed(2))} %`;
  return [{ ...about(entry, kind, entries), flag, text: `Flag ${flag.name} is ${what}.` }];
}

function flagKind(entry: Entry, entries: readonly Entry[]): NotificationKind | undefined {
  if (typeof intentOf(entries, entry).flag !== 'string') return undefined;
  if (isEffect(entry, 'close-')) return 'flag.closed';
  if (!isEffect(entry, 'expose-')) return undefined;
  return String(entry.data.step).endsWith('-0') ? 'flag.opened' : 'flag.raised';
}

function intentOf(entries: readonly Entry[], done: Entry): JsonObject {
  const found = entries.find(({ type, data }) => type === 'effect.intended' && data.key === done.data.key);
  return (found?.data.intent ?? {}) as JsonObject;
}

/** Names a flag to others without giving its key away: whoever knows the key of an open flag can choose an arm. */
function flagName(key: string): string {
  const service = key.slice(0, Math.max(0, key.lastIndexOf('.')));
  return `${service}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

function about(entry: Entry, kind: NotificationKind, entries: readonly Entry[]): Notification {
  return {
    ...blank(entry, kind, entry.change ?? ''),
    change: changeOf(entries),
    service: serviceOf(entries),
  };
}

/** Two of one kind in one entry are about two changes. */
function blank(entry: Entry, kind: NotificationKind, of: string): Notification {
  const { index, at, type } = entry;
  const none = { change: null, service: null, conclusion: null, users: null };
  const nothing = { ...none, flag: null, autonomy: null, judge: null, incident: null };
  return { id: idOf([index, at, type, entry.change ?? '', kind, of]), kind, at, index, text: '', ...nothing };
}

/** The time is part of it: a journal that was restored from a backup writes other entries at the same index. */
function idOf(parts: readonly (string | number)[]): string {
  return `ntf_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

function changeOf(entries: readonly Entry[]): NotifiedChange | null {
  const proposed = entries.find(({ type }) => type === 'change.proposed');
  if (proposed === undefined) return null;
  return {
    id: proposed.change ?? '',
    title: String(proposed.data.title),
    source: String(proposed.data.source),
    class: resultOf<Classification>(entries, 'classify')?.class ?? null,
    merge: resultOf<MergeReport>(entries, 'merge')?.commit ?? null,
  };
}

function serviceOf(entries: readonly Entry[]): NotifiedService | null {
  const release = resultOf<ReleaseReport>(entries, 'release');
  return release?.deploys === true ? namedService(release) : null;
}

function namedService({ service, digest, stable }: Leg['release']): NotifiedService {
  return { name: service, digest, before: stable };
}

function serviceOfIncident({ service, digest, stable }: Incident): NotifiedService {
  return { name: service, digest, before: stable };
}

function title(change: NotifiedChange | null): string {
  return change === null ? 'a change' : `${JSON.stringify(change.title)} (${change.id})`;
}
