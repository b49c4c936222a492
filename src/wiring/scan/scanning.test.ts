import { describe, expect, it } from 'vitest';
import { toldOf } from './scanning.ts';

describe('what the journal keeps of what was not proposed', () => {
  it('is bounded, however long names are that others have given', () => {
    const named = (name: string) => ({ name, code: 'performance.nothing', reason: 'None.' });
    expect(toldOf([named(`f${'x'.repeat(90_000)}`)])[0]?.length).toBeLessThan(300);
    const told = toldOf(Array.from({ length: 200 }, () => named('失'.repeat(200))));
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(20_000);
    expect(toldOf([named('a'), named('b')])).toEqual(['a: performance.nothing', 'b: performance.nothing']);
  });
});
