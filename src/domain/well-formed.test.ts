import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../audit/canonical-json.ts';
import type { Json } from './json.ts';
import { wellFormed } from './well-formed.ts';

const text = fc.string({ unit: 'binary' }).map((whole) => whole.slice(0, Math.ceil(whole.length / 2)));
const value = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' });

describe('wellFormed', () => {
  it('leaves nothing that the journal would refuse', () => {
    fc.assert(
      fc.property(text, value, (cut, all) => {
        const data = { [`${cut}\ud83d`]: [cut, { [cut]: all as Json }] };
        expect(() => canonicalJson(wellFormed(data))).not.toThrow();
      }),
    );
  });

  it('alters nothing that it would take, and hides nothing that is no JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (all) => {
        expect(wellFormed(all)).toEqual(all);
      }),
    );
    const odd = { when: new Date(0), none: undefined, map: new Map([['a', 1]]) };
    expect(wellFormed(odd)).toEqual(odd);
    expect(JSON.stringify(wellFormed(JSON.parse('{"__proto__":"\\ud83d"}')))).toBe('{"__proto__":"\ufffd"}');
  });
});
