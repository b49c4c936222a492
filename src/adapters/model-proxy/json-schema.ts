import { z } from 'zod';

const references: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef']);
const dialects = /^https?:\/\/json-schema\.org\//;

/** What some servers resolve by fetching: a schema elsewhere is a way out, with a message in its address. */
export const jsonSchema = z
  .record(z.string(), z.unknown())
  .refine((schema) => !leadsAway(schema), 'a schema that refers to another one is not allowed here');

/** An own stack: depth is the author's choice. */
function leadsAway(schema: unknown): boolean {
  const pending: unknown[] = [schema];
  while (pending.length > 0) {
    const one = pending.pop();
    if (typeof one !== 'object' || one === null) continue;
    for (const [key, value] of Object.entries(one)) {
      if (typeof value !== 'string') pending.push(value);
      else if (references.has(key) && !value.startsWith('#')) return true;
      else if (key === '$schema' && !dialects.test(value)) return true;
    }
  }
  return false;
}
