import { canaryJudged } from '../domain/canary.ts';
import type { Conclusion } from '../domain/decision.ts';
import type { Incident } from '../domain/incident.ts';
import type { Entry } from '../domain/journal.ts';
import type { Notification, NotificationKind, NotifiedJudge } from '../domain/notification.ts';
import type { MergeReport } from '../domain/stage.ts';
import { counted } from '../domain/words.ts';
import { autonomyTypes, loweredBy, type Restoration } from './autonomy.ts';
import { lastExposure } from './change-view.ts';
import { incidentOf, isEffect, isRollbackDecided, usersOf } from './incident.ts';
import { releasesIn } from './legs.ts';
import { about, blank, changeOf, namedService, serviceOfIncident, title } from './notified.ts';
import { flagMoved } from './notified-flags.ts';
import { tellReported, toldOfReported } from './reported-told.ts';
import { mayTakeStanding } from './standing-lost.ts';

/** The event types that something is told of, or that decide whether it is. */
export const notifiedTypes = [
  'stage.finished',
  'stage.noted',
  'effect.done',
  'change.concluded',
  'service.stable',
  ...toldOfReported,
  ...autonomyTypes,
  canaryJudged,
  'task.ended',
  'task.given-up',
];

/** Whether an entry of these types may be told of at all: most are not, and need no further reading. */
export function mayBeTold(entry: Entry): boolean {
  const { type, data } = entry;
  if (type === 'stage.finished') return data.stage === 'merge';
  if (type === 'stage.noted') return isRollbackDecided(entry);
  if (type === canaryJudged) return mayTakeStanding(entry);
  if (type === 'task.ended') return isGivenUp(entry);
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
    case 'task.ended':
    case 'task.given-up':
      return isGivenUp(entry) ? [taskGivenUp(entry)] : [];
    case 'change.concluded':
      return concluded(entry, entries);
    case 'stage.finished':
      return entry.data.stage === 'merge' ? [merged(entry, entries)] : [];
    case 'stage.noted':
      return isRollbackDecided(entry) ? detected(entry, entries) : [];
    case 'incident.opened':
    case 'incident.inquired':
      return [reportedTold(entry)];
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

function reportedTold(entry: Entry): Notification {
  const { kind, text, reported } = tellReported(entry);
  return { ...blank(entry, kind, reported.incident), text, reported };
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

/** Whoever began one by a command sees its end; a later round that hands nothing in is given up by an entry of its own. */
function isGivenUp({ type, actor, data }: Entry): boolean {
  if (type === 'task.given-up') return true;
  return data.change === null && data.round === 1 && !actor.startsWith('person:');
}

function taskGivenUp(entry: Entry): Notification {
  const { task: name, agent, from, about, why } = entry.data;
  const told = {
    ...{ name: String(name), agent: String(agent), from: String(from ?? 'not known'), why: String(why) },
    about: typeof about === 'string' ? about : null,
  };
  const what = told.about === null ? '' : ` for ${told.about}`;
  const text = `The task ${told.name} of ${told.agent}${what} is given up: ${told.why}`;
  return { ...blank(entry, 'task.given-up', told.name), text, task: told };
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
