import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutolandError } from '../../domain/errors.ts';
import { CrashBench, crashingCall, crashingCode, crashingFiles } from '../../testing/crash-bench.ts';
import { defaultFixLimits } from './run-search.ts';

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
    const found = await bench.search(tip, {
      limits: { ...defaultFixLimits, attempts: 4, fixes: 4, places: 1, recentDays: 0 },
      samples: async () => [
        { path: 'label.test.js', text: '' },
        { path: 'label.js', text: without },
        { path: 'label.js', text: mended },
        { path: 'label.js', text: 'while (' },
      ],
    });
    expect(found.tried.map(({ kind, end }) => [kind, end])).toEqual([
      ['model', 'not-allowed'],
      ['model', 'breaks-tests'],
      ['model', 'fixed'],
      ['model', 'new-crash'],
    ]);
    expect(found.fixes[0]?.files.get('label.js')).toBe(mended);
  });

  it('goes on without a model that is down', async () => {
    const limits = { ...defaultFixLimits, attempts: 2, fixes: 2, recentDays: 0 };
    const samples = () => Promise.reject(new AutolandError('telemetry.unreachable', 'the model is down'));
    const found = await bench.search(bench.tipOf(crashingFiles), { limits, samples });
    expect(found.tried.map(({ kind, end }) => [kind, end])).toEqual([
      ['template', 'fixed'],
      ['model', 'not-measured'],
    ]);
  });
});
