import { type IncomingMessage, STATUS_CODES } from 'node:http';

/** RFC 9112 section 4: tabs, spaces, what can be seen, and bytes beyond ASCII. Node's parser lets control bytes by. */
const PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The first line of an answer as it may be passed on; undefined: it is no status that a client could be told. */
export function statusLine(answer: IncomingMessage): { status: number; reason: string } | undefined {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 599) return undefined;
  const reason = answer.statusMessage ?? '';
  return { status, reason: PHRASE.test(reason) ? reason : (STATUS_CODES[status] ?? '') };
}
