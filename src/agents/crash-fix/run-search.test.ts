import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CrashBench, crashingCall, crashingCode, crashingFiles, saying } from '../../testing/crash-bench.ts';
import { defaultFixLimits } from './limits.ts';

let bench: CrashBench;
beforeEach(() => {
  bench = new CrashBench();
});
afterEach(() => bench.remove());

describe('findFix', () => {
  it('finds the smallest template that makes the recorded call pass and breaks no test', async () => {
    const found = await bench.search(bench.tipOf(crashingFiles));
    expect(found).toMatchObject({ reproducedBy: 'recorded-call', ended: undefined });
    expect(found.fixes.map(({ kind, name }) => [kind, name])).toEqual([['template', 'optional-chain']]);
    expect(found.fixes[0]?.files).toEqual(
      new Map([['label.js', crashingCode.replace('name.trim', 'name?.trim')]]),
    );
    expect(found.places[0]?.broughtBy?.commit).toMatch(/^[0-9a-f]{40}$/);
  });

  it('tries nothing where no test shows the crash', async () => {
    const tip = bench.tipOf(crashingFiles);
    const [none, other] = [
      await bench.search(tip, { call: undefined }),
      await bench.search(tip, { call: { ...crashingCall, args: [{ o: [['name', 'b']] }] } }),
    ];
    for (const found of [none, other]) {
      expect(found).toMatchObject({ fixes: [], tried: [], ended: { code: 'crash-fix.not-reproduced' } });
    }
  });

  it('lets no model touch another file, and no fix break a test', async () => {
    const tip = bench.tipOf(crashingFiles);
    const without = crashingCode.replace('user.name.trim()', "''");
    const mended = crashingCode.replace('user.name.trim()', 'String(user.name).trim()');
    const made = (path: string, text: string) => ({ kind: 'made', files: new Map([[path, text]]) }) as const;
    const samples = saying(
      made('label.test.js', ''),
      made('label.js', without),
      made('label.js', mended),
      made('label.js', 'while ('),
      made('label.js', `${mended}${'exports.more = 1;\n'.repeat(19)}`),
    );
    const limits = { ...defaultFixLimits, attempts: 5, fixes: 4, places: 1, recentDays: 0 };
    const found = await bench.search(tip, { limits, samples });
    expect(found.tried.map(({ kind, end }) => [kind, end])).toEqual([
      ['model', 'not-allowed'],
      ['model', 'breaks-tests'],
      ['model', 'fixed'],
      ['model', 'new-crash'],
      ['model', 'not-allowed'],
    ]);
    expect(found.fixes[0]?.files.get('label.js')).toBe(mended);
    // Each hears what came of those before it.
    expect(samples.asked.map(({ before }) => before?.split('\n').length)).toEqual([undefined, 1, 2, 3, 4]);
    expect(samples.asked[2]?.before).toContain('breaks-tests: labels passed before');
  });

  it('asks no model where a template mends it, and goes on without one that is away', async () => {
    const tip = bench.tipOf(crashingFiles);
    const samples = saying({ kind: 'away', why: 'it is down' });
    expect((await bench.search(tip, { samples })).fixes[0]?.kind).toBe('template');
    expect(samples.asked).toEqual([]);
    const limits = { ...defaultFixLimits, attempts: 3, fixes: 2 };
    const found = await bench.search(tip, { limits, samples });
    expect(found.tried.map(({ kind, end }) => [kind, end])).toEqual([
      ['template', 'fixed'],
      ['model', 'no-answer'],
      ['revert', expect.any(String)],
    ]);
  });
});
