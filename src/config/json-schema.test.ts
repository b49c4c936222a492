import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema, knownKeys } from './json-schema.ts';

const file = new URL('../../schema/autoland.schema.json', import.meta.url);

describe('the schema for editors', () => {
  it('is up to date (node scripts/write-schema.ts writes it)', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });

  it('names keys, also below lists and what may be null', () => {
    expect(knownKeys([])).toContain('autonomy');
    expect(knownKeys(['rollout', 'steps', 3])).toEqual(['share', 'exclude', 'limit', 'bake']);
    expect(knownKeys(['service', 'health'])).toEqual(['path', 'timeoutSeconds']);
    expect(knownKeys(['service', 'env', 'PATH'])).toEqual([]);
    expect(knownKeys(['nothing', 'here'])).toEqual([]);
  });
});
