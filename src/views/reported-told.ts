import type { Entry } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { NotificationKind, NotifiedReport } from '../domain/notification.ts';

/** The event types of reported incidents that others are told of. */
export const toldOfReported = ['incident.opened', 'incident.inquired'];

type Told = {
  readonly kind: NotificationKind;
  readonly text: string;
  readonly reported: NotifiedReport;
};

/** Neither the check nor what it printed: both may hold what others must not see. */
export function tellReported({ type, actor, data }: Entry): Told {
  const incident = String(data.incident);
  const reason = String(data.reason);
  if (type === 'incident.opened') {
    const of = typeof data.service === 'string' ? ` of ${data.service}` : '';
    const reported = { incident, code: null, change: null, revert: null };
    return { kind: 'incident.reported', text: `${actor} reports ${incident}${of}: ${reason}`, reported };
  }
  const change = text((data.culprit as JsonObject | null | undefined)?.change);
  const revert = text(data.proposed);
  const code = String(data.code);
  const what = data.culprit == null ? 'nobody is blamed' : `it is ${change ?? 'a commit of a person'}`;
  return {
    kind: 'incident.inquired',
    text: `${incident} was looked into, ${what}. ${reason} (${code})`,
    reported: { incident, code, change, revert },
  };
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
