import { createHash } from 'node:crypto';
import type { Incident } from '../domain/incident.ts';
import type { Entry } from '../domain/journal.ts';
import {
  aboutNothing,
  type Notification,
  type NotificationKind,
  type NotifiedChange,
  type NotifiedService,
} from '../domain/notification.ts';
import type { Classification, Leg, MergeReport, ReleaseReport } from '../domain/stage.ts';
import { resultOf } from './incident.ts';

/** What every notification of a change says. */
export function about(entry: Entry, kind: NotificationKind, entries: readonly Entry[]): Notification {
  return {
    ...blank(entry, kind, entry.change ?? ''),
    change: changeOf(entries),
    service: serviceOf(entries),
  };
}

/** Two of one kind in one entry are about two changes. */
export function blank(entry: Entry, kind: NotificationKind, of: string): Notification {
  const { index, at, type } = entry;
  const id = idOf([index, at, type, entry.change ?? '', kind, of]);
  return { id, kind, at, index, text: '', ...aboutNothing };
}

/** The time is part of it: a journal that was restored from a backup writes other entries at the same index. */
function idOf(parts: readonly (string | number)[]): string {
  return `ntf_${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`;
}

export function changeOf(entries: readonly Entry[]): NotifiedChange | null {
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

export function namedService({ service, digest, stable }: Leg['release']): NotifiedService {
  return { name: service, digest, before: stable };
}

export function serviceOfIncident({ service, digest, stable }: Incident): NotifiedService {
  return { name: service, digest, before: stable };
}

export function title(change: NotifiedChange | null): string {
  return change === null ? 'a change' : `${JSON.stringify(change.title)} (${change.id})`;
}
