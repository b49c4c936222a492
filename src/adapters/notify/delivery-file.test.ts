import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeliveryState, freshDelivery } from '../../domain/delivery.ts';
import { DeliveryFiles } from './delivery-file.ts';

let dir: string;
let files: DeliveryFiles;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-delivery-'));
  files = new DeliveryFiles(dir);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
const states: fc.Arbitrary<DeliveryState> = fc.record({
  next: fc.nat(),
  told: fc.array(fc.string(), { maxLength: 3 }),
  attempts: fc.nat(),
  notBefore: fc.option(at),
  lastDeliveredAt: fc.option(at),
  trouble: fc.option(fc.record({ at, why: fc.string() })),
  givenUp: fc.nat(),
  lastGivenUp: fc.option(fc.record({ at, id: fc.string(), why: fc.string() })),
});

describe('DeliveryFiles', () => {
  it('property: reads what it wrote', () => {
    fc.assert(
      fc.property(states, (state) => {
        files.write('pager', state);
        expect(files.read('pager')).toEqual(state);
      }),
      { numRuns: 50 },
    );
  });

  it('knows nobody whom it never wrote of', () => {
    expect(files.read('pager')).toBeUndefined();
    expect(files.names()).toEqual([]);
    files.write('pager', freshDelivery(0));
    expect(files.names()).toEqual(['pager']);
    expect(statSync(join(dir, 'pager.json')).mode & 0o077).toBe(0);
  });

  it('writes nowhere else', () => {
    expect(() => files.write('../pager', freshDelivery(0))).toThrow(/receiver name/);
  });

  const good = JSON.parse(JSON.stringify(freshDelivery(3))) as Record<string, unknown>;
  it.each<[string, unknown]>([
    ['a list', []],
    ['nothing', null],
    ['no version', { state: good }],
    ['a later version', { version: 2, state: good }],
    ['no state', { version: 1 }],
    ['a negative index', { version: 1, state: { ...good, next: -1 } }],
    ['half an index', { version: 1, state: { ...good, next: 1.5 } }],
    ['an index in words', { version: 1, state: { ...good, next: '3' } }],
    ['ids that are none', { version: 1, state: { ...good, told: [1] } }],
    ['a time that is none', { version: 1, state: { ...good, notBefore: 'soon' } }],
    ['a trouble without a reason', { version: 1, state: { ...good, trouble: { at: '2026-01-01' } } }],
  ])('rejects %s', (_, content) => {
    writeFileSync(join(dir, 'pager.json'), JSON.stringify(content));
    expect(() => files.read('pager')).toThrow(expect.objectContaining({ code: 'state.corrupt' }));
  });
});
