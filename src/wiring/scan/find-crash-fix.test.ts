import { describe, expect, it } from 'vitest';
import { encodeEntry } from '../../audit/entry.ts';
import type { Attempt, FixSearch } from '../../domain/crash-fix.ts';
import { toldSearch } from './find-crash-fix.ts';

const attempt = (at: number): Attempt => ({
  kind: 'mutation',
  name: 'negate-condition',
  file: `packages/${'ä'.repeat(60)}.ts`,
  line: at,
  size: 1,
  end: 'still-red',
  detail: `\u001b[31m${'失'.repeat(500)}`,
});
const search = (count: number): FixSearch => ({
  ...{ fixes: [], places: [], test: new Map(), reproducedBy: 'given', ended: undefined },
  tried: Array.from({ length: count }, (_, at) => attempt(at)),
});

describe('what the journal keeps of a search for a fix', () => {
  it('fits into an entry, however much was tried and whatever that printed', () => {
    const told = toldSearch(search(1000), null);
    const data = { agent: 'crash-fix', searches: [{ signature: 'a', tip: 'b', code: 'c', record: told }] };
    const entry = { index: 1, at: '2026-01-01T00:00:00.000Z', type: 'agents.scanned', actor: 'a', data };
    expect(() => encodeEntry(entry)).not.toThrow();
    expect(told.triedInAll).toBe(1000);
    expect(JSON.stringify(told)).not.toContain('\\u001b');
  });

  it('holds all of a usual one', () => {
    const short = search(60).tried.map((one) => ({ ...one, file: 'src/cart.js', detail: 'x'.repeat(200) }));
    expect(toldSearch({ ...search(0), tried: short }, null).tried).toHaveLength(60);
  });
});
