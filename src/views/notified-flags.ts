import { createHash } from 'node:crypto';
import type { Entry } from '../domain/journal.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Notification, NotificationKind, NotifiedFlag } from '../domain/notification.ts';
import { isEffect, shareOf } from './incident.ts';
import { about } from './notified.ts';

export function flagMoved(entry: Entry, entries: readonly Entry[]): readonly Notification[] {
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
