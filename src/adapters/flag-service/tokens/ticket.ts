import { createHmac, timingSafeEqual } from 'node:crypto';
import type { StoredToken } from './token.ts';

/** A ticket counts for one to two of these, and is the same text for all who ask within one. */
const PERIOD_MS = 12 * 60 * 60 * 1000;

/**
 * A browser's event stream can send no header, so it gets a ticket for its address: good for streams only, for a day
 * at most, gone with its token, and also known after a restart. It holds nothing of the token.
 */
export function ticketFor(token: StoredToken, now: number): string {
  const until = (periodOf(now) + 2) * PERIOD_MS;
  return `${token.id}.${until}.${sealOf(token, until).toString('base64url')}`;
}

/** Equal for moments whose tickets are equal. */
export function periodOf(now: number): number {
  return Math.floor(now / PERIOD_MS);
}

export function ticketId(ticket: string): string {
  return ticket.split('.')[0] ?? '';
}

export function isTicketOf(ticket: string, token: StoredToken, now: number): boolean {
  const [id, until, seal, ...more] = ticket.split('.');
  if (id !== token.id || more.length > 0 || !/^\d{1,15}$/.test(until ?? '')) return false;
  const found = Buffer.from(seal ?? '', 'base64url');
  const expected = sealOf(token, Number(until));
  return found.length === expected.length && timingSafeEqual(found, expected) && now < Number(until);
}

function sealOf({ hash }: StoredToken, until: number): Buffer {
  return createHmac('sha256', Buffer.from(hash, 'hex'))
    .update(`autoland flag stream until ${until}`)
    .digest();
}
