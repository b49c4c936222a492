import type { JsonObject } from '../../domain/json.ts';
import type { Notification, NotificationKind } from '../../domain/notification.ts';
import { plain } from './plain.ts';

/** https://github.com/cdevents/spec/tree/v0.5.1 */
const specversion = '0.5.1';

/** Held and refused changes have no event of CDEvents': its `change.abandoned` means that their author gave them up. */
const types: { readonly [Kind in NotificationKind]?: string } = {
  'change.merged': 'dev.cdevents.change.merged.0.3.0',
  'change.promoted': 'dev.cdevents.service.upgraded.0.3.0',
  'change.restored': 'dev.cdevents.service.rolledback.0.3.0',
  'change.rolled-back': 'dev.cdevents.service.rolledback.0.3.0',
  'service.adopted': 'dev.cdevents.service.deployed.0.3.0',
  'incident.detected': 'dev.cdevents.incident.detected.0.3.0',
  'incident.resolved': 'dev.cdevents.incident.resolved.0.3.0',
  'incident.reported': 'dev.cdeventsx.autoland-incident.reported.0.1.0',
  'incident.inquired': 'dev.cdeventsx.autoland-incident.inquired.0.1.0',
  'flag.opened': 'dev.cdeventsx.autoland-flag.opened.0.1.0',
  'flag.raised': 'dev.cdeventsx.autoland-flag.raised.0.1.0',
  'flag.closed': 'dev.cdeventsx.autoland-flag.closed.0.1.0',
  'autonomy.demoted': 'dev.cdeventsx.autoland-autonomy.demoted.0.1.0',
  'autonomy.restored': 'dev.cdeventsx.autoland-autonomy.restored.0.1.0',
  'judge.standing-lost': 'dev.cdeventsx.autoland-judge.standinglost.0.1.0',
  'task.given-up': 'dev.cdeventsx.autoland-task.givenup.0.1.0',
  'receiver.tried': 'dev.cdeventsx.autoland-receiver.tried.0.1.0',
};

export type CdEventContext = { readonly repository: string; readonly environment: string };

export type CdEvent = {
  readonly context: JsonObject & {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly timestamp: string;
  };
  readonly subject: { readonly id: string; readonly source: string; readonly content: JsonObject };
  readonly customData: JsonObject;
  readonly customDataContentType: 'application/json';
};

/** undefined: CDEvents has no word for it. */
export function cdEvent(notification: Notification, where: CdEventContext): CdEvent | undefined {
  const { id, kind, at, change, users, conclusion, incident, flag, autonomy, judge, task, reported, text } =
    notification;
  const type = types[kind];
  const subject = subjectOf(notification, where);
  if (type === undefined || subject === undefined) return undefined;
  const source = `/autoland/${encodeURIComponent(where.repository)}`;
  const of = change?.id ?? incident?.change;
  const chain = of === undefined ? {} : { chainId: of };
  return {
    context: { specversion, id, source, type, timestamp: at, ...chain },
    subject: { ...subject, source },
    customData: plain({
      text,
      change,
      users,
      conclusion,
      flag,
      autonomy,
      judge,
      task,
      reported,
    }) as JsonObject,
    customDataContentType: 'application/json',
  };
}

type Subject = { readonly id: string; readonly content: JsonObject };

/** undefined: no service is concerned, so there is nothing of which the event could speak. */
function subjectOf(
  notification: Notification,
  { repository, environment }: CdEventContext,
): Subject | undefined {
  const { kind, change, service, incident, flag, autonomy, judge, task, reported } = notification;
  if (kind === 'receiver.tried') return { id: repository, content: { environment: { id: environment } } };
  if (kind === 'change.merged') return { id: change?.id ?? '', content: { repository: { id: repository } } };
  if (flag !== null)
    return { id: flag.name, content: { share: flag.share, environment: { id: environment } } };
  if (autonomy !== null)
    return { id: autonomy.class, content: { level: autonomy.demotedTo, environment: { id: environment } } };
  if (judge !== null)
    return { id: judge.judge, content: { class: judge.class, environment: { id: environment } } };
  if (task !== null)
    return { id: task.name, content: { agent: task.agent, environment: { id: environment } } };
  if (reported !== null)
    return { id: reported.incident, content: { code: reported.code, environment: { id: environment } } };
  if (service === null) return undefined;
  const place = { environment: { id: environment } };
  if (incident !== null) {
    const { reason, digest } = incident;
    const about = {
      description: plain(reason),
      service: { id: service.name },
      artifactId: purl(service.name, digest),
    };
    return { id: `incident-${incident.change}`, content: { ...place, ...about } };
  }
  // Of a release that never met a user nothing was rolled back.
  if (kind === 'change.rolled-back' && notification.users === null) return undefined;
  const now = kind === 'change.rolled-back' ? (service.before ?? service.digest) : service.digest;
  return { id: service.name, content: { ...place, artifactId: purl(service.name, now) } };
}

/** https://github.com/package-url/purl-spec: the digest is the version, since a release has no other. */
function purl(service: string, digest: string): string {
  return `pkg:generic/${encodeURIComponent(service)}@${encodeURIComponent(digest)}`;
}
