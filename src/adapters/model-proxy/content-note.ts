import { createHash } from 'node:crypto';

/** What stands in a record for bytes that are no text. */
export function contentNote(type: string, base64: string): string {
  const digest = createHash('sha256').update(base64, 'base64').digest('hex');
  return `[${type}, sha256:${digest}]`;
}
