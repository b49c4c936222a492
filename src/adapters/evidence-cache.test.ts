import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EvidenceCache } from './evidence-cache.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evidence-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

const question = { base: 'a', commands: ['npm', 'test'] };
const answer = { calls: new Map([['key', { facets: new Map([['result', [{ kind: 'return' }]]]) }]]) };

describe('EvidenceCache', () => {
  it('answers the same question with what it was given, in another process too', async () => {
    await new EvidenceCache(directory).put(question, answer);
    expect(await new EvidenceCache(directory).get(question)).toEqual(answer);
    for (const other of [{ ...question, base: 'b' }, { ...question, commands: [] }, {}])
      expect(await new EvidenceCache(directory).get(other)).toBeUndefined();
  });

  it('gives back any plain data', async () => {
    const cache = new EvidenceCache(directory);
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const plain: unknown = JSON.parse(JSON.stringify({ value }));
        await cache.put(question, plain);
        expect(await cache.get(question)).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  it('forgets after a day, and what is from a day to come', async () => {
    const cache = new EvidenceCache(directory);
    await cache.put(question, answer);
    const now = Date.now();
    vi.useFakeTimers({ now: now + 23 * 3_600_000, toFake: ['Date'] });
    expect([await cache.get(question), await cache.has(question)]).toEqual([answer, true]);
    for (const other of [now + 25 * 3_600_000, now - 1000]) {
      vi.setSystemTime(other);
      expect([await cache.get(question), await cache.has(question)]).toEqual([undefined, false]);
    }
  });

  it('forgets what is damaged', async () => {
    const cache = new EvidenceCache(directory);
    await cache.put(question, answer);
    appendFileSync(join(directory, readdirSync(directory)[0] ?? ''), ' ');
    expect(await cache.get(question)).toBeUndefined();
  });
});
