import type { Context } from 'hono';
import { z } from 'zod';
import { AutolandError, type ErrorCode } from '../../../domain/errors.ts';
import type { Client } from '../admission.ts';

/** Closes a flag for good, on disk when it settles. Rejects with `flag.not-found` or `usage`. */
export type KillOrder = (key: string, by: string, reason: string) => Promise<void>;

/** Whatever else there is: it is not the caller's fault, and the flag may not be closed. */
const statuses: { readonly [Code in ErrorCode]?: 400 | 404 } = { 'flag.not-found': 404, usage: 400 };

const body = z.strictObject({ reason: z.string().max(1_000).default('no reason given') });

/** `POST /v1/flags/KEY/kill`, answered when the tombstone is on disk. Never for browsers: no page may kill for a person. */
export async function killFlag(asked: Context, { token }: Client, order: KillOrder): Promise<Response> {
  if (asked.req.header('origin') !== undefined || asked.req.header('sec-fetch-site') !== undefined)
    return asked.json({ code: 'api.foreign-origin', message: 'browsers are not served here' }, 403);
  const text = await asked.req.text();
  const parsed = body.safeParse(text === '' ? {} : jsonOf(text));
  if (!parsed.success)
    return asked.json({ code: 'usage', message: 'expected no body, or {"reason": "…"}' }, 400);
  const key = asked.req.param('key') ?? '';
  const by = `token:${token?.name}`;
  try {
    await order(key, by, parsed.data.reason);
    return asked.json({ flag: key, killed: true, by });
  } catch (thrown) {
    if (!(thrown instanceof AutolandError)) throw thrown;
    const { code, message, mend } = thrown;
    return asked.json({ code, message, mend: mend ?? null }, statuses[code] ?? 500);
  }
}

/** undefined: it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
