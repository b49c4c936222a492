import type { JsonObject } from '../../domain/json.ts';
import type { Statement } from '../../ports/attestor.ts';

export const payloadType = 'application/vnd.in-toto+json';

/** What JSON.parse made of an object can only hold JSON. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The statement in a payload, or why there is none. */
export function parseStatement(payload: Uint8Array): Statement | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return 'its payload is not JSON';
  }
  if (!isJsonObject(parsed)) return 'its payload is not an object';
  const { _type, subject, predicateType, predicate } = parsed;
  if (_type !== 'https://in-toto.io/Statement/v1') return `its payload is of type ${JSON.stringify(_type)}`;
  if (typeof predicateType !== 'string') return 'it has no predicate type';
  if (!isJsonObject(predicate)) return 'it has no predicate';
  if (!Array.isArray(subject) || subject.length === 0) return 'it has no subject';
  const subjects = subject.flatMap(parseSubject);
  if (subjects.length !== subject.length) return 'a subject has no name or no digest';
  return { _type, subject: subjects, predicateType, predicate };
}

function parseSubject(value: unknown): Statement['subject'] {
  if (!isJsonObject(value)) return [];
  const { name, digest } = value;
  if (typeof name !== 'string' || !isJsonObject(digest)) return [];
  const entries = Object.entries(digest).flatMap(([key, hex]) =>
    typeof hex === 'string' ? [[key, hex] as const] : [],
  );
  if (entries.length === 0 || entries.length !== Object.keys(digest).length) return [];
  return [{ name, digest: Object.fromEntries(entries) }];
}

/** Whether a subject has `digest` (`algorithm:hex`). */
export function namesDigest(statement: Statement, digest: string): boolean {
  const split = digest.indexOf(':');
  const algorithm = digest.slice(0, split);
  const hex = digest.slice(split + 1);
  if (split <= 0 || hex === '') return false;
  return statement.subject.some(
    (subject) => Object.hasOwn(subject.digest, algorithm) && subject.digest[algorithm] === hex,
  );
}
