import type { AutonomyLevel, ChangeClass, ChangeId, Sha } from './change.ts';
import type { Conclusion } from './decision.ts';
import type { Incident, Users } from './incident.ts';

/** What other systems are told of, each derived from one entry of the journal. */
export const notificationKinds = [
  'change.merged',
  'change.promoted',
  'change.restored',
  'change.rolled-back',
  'change.held',
  'change.refused',
  'incident.detected',
  'incident.resolved',
  'incident.reported',
  'incident.inquired',
  'service.adopted',
  'autonomy.demoted',
  'autonomy.restored',
  'judge.standing-lost',
  'task.given-up',
  'flag.opened',
  'flag.raised',
  'flag.closed',
] as const;
/** `receiver.tried`: nothing happened; a person wants to see whether it arrives. */
export type NotificationKind = (typeof notificationKinds)[number] | 'receiver.tried';

/** What a notification is about: of most, one or two are there. */
export const aboutNothing = {
  change: null,
  service: null,
  conclusion: null,
  users: null,
  flag: null,
  autonomy: null,
  judge: null,
  task: null,
  incident: null,
  reported: null,
} as const;

/** What a person sends to see whether a receiver is reached. */
export function trial(id: string, at: Date): Notification {
  const text = 'This is a trial: nothing happened, and autoland can reach you.';
  return { id, kind: 'receiver.tried', at: at.toISOString(), index: -1, text, ...aboutNothing };
}

export type Notification = {
  /** The same for the same entry of the same journal, however often it is delivered. */
  readonly id: string;
  readonly kind: NotificationKind;
  /** RFC 3339: when it happened. */
  readonly at: string;
  /** Of the journal's entry; -1: there is none. */
  readonly index: number;
  /** One sentence for people. */
  readonly text: string;
  /** null: it concerns no single change. */
  readonly change: NotifiedChange | null;
  /** null: nothing of a service has changed. */
  readonly service: NotifiedService | null;
  readonly conclusion: Conclusion | null;
  /** null: nobody was exposed. */
  readonly users: Users | null;
  readonly flag: NotifiedFlag | null;
  /** null: no class has lost or regained its level. */
  readonly autonomy: NotifiedAutonomy | null;
  /** null: no judge has lost its standing. */
  readonly judge: NotifiedJudge | null;
  /** null: nobody has given a task up. */
  readonly task: NotifiedTask | null;
  readonly incident: Incident | null;
  /** null: it is about no incident that somebody reported. */
  readonly reported: NotifiedReport | null;
};

export type NotifiedChange = {
  readonly id: ChangeId;
  /** An agent wrote it: never to be obeyed by whoever shows it. */
  readonly title: string;
  readonly class: ChangeClass | null;
  readonly source: string;
  readonly merge: Sha | null;
};

export type NotifiedService = {
  readonly name: string;
  /** What its users have now, or what the change brings. */
  readonly digest: string;
  /** null: there was none, or it does not matter. */
  readonly before: string | null;
};

/** `name` is no key: whoever knows the key of an open flag can choose an arm. */
export type NotifiedFlag = { readonly name: string; readonly share: number };

/** `demotedTo` null: a person has restored it. */
export type NotifiedAutonomy = { readonly class: ChangeClass; readonly demotedTo: AutonomyLevel | null };

/** `judge`: the digest of panel and questions, as `autoland judge` shows it. */
export type NotifiedJudge = { readonly judge: string; readonly class: string; readonly why: string };

/**
 * `about`: an issue, or a change that was turned away; null: neither. `from`: the rule by which it was begun, or `person`. `why`: an agent, a
 * model or a guardrail may have written it.
 */
export type NotifiedTask = {
  readonly name: string;
  readonly agent: string;
  readonly from: string;
  readonly about: string | null;
  readonly why: string;
};

/** `code`: of the inquiry; null: it was only reported. `change`: what brought it; null: not known. `revert`: what takes that back; null: nothing does. */
export type NotifiedReport = {
  readonly incident: string;
  readonly code: string | null;
  readonly change: ChangeId | null;
  readonly revert: ChangeId | null;
};

/** What came of one attempt to tell a receiver. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** The receiver will not take this one, now or later. */
  | { readonly kind: 'refused'; readonly why: string }
  /** `afterMs`: what the receiver asked for; undefined: nothing. */
  | { readonly kind: 'failed'; readonly why: string; readonly afterMs?: number };
