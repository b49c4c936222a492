import { createHash } from 'node:crypto';

/** What stands in a record for bytes that are no text. */
export function contentNote(type: string, base64: string): string {
  const digest = createHash('sha256').update(base64, 'base64').digest('hex');
  return `[${type}, sha256:${digest}]`;
}

/** The same of a data: URL. */
export function dataNote(url: string): string {
  const [head = '', data = ''] = url.slice('data:'.length).split(',', 2);
  return contentNote(head.split(';')[0] || 'image', data);
}
