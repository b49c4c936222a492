import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CrashBench,
  crashAt,
  crashingCode,
  crashingFiles,
  ownTest,
  saying,
} from '../../testing/crash-bench.ts';
import { defaultFixLimits } from './limits.ts';

let bench: CrashBench;
beforeEach(() => {
  bench = new CrashBench();
});
afterEach(() => bench.remove());

describe('findFix', () => {
  it('takes a test that fails already, by the error of the crash alone', async () => {
    const red = `${ownTest}test('none', () => label({ name: null }));\n`;
    const found = await bench.search(bench.tipOf({ ...crashingFiles, 'label.test.js': red }), {
      call: undefined,
    });
    expect(found).toMatchObject({ reproducedBy: 'already-red', fixes: [{ name: 'optional-chain' }] });
    const other = `${ownTest}test('none', () => { throw new RangeError('x'); });\n`;
    const held = await bench.search(bench.tipOf({ ...crashingFiles, 'label.test.js': other }), {
      call: undefined,
    });
    expect(held.ended?.code).toBe('crash-fix.not-reproduced');
  });

  it('takes back what brought it of late, where nothing else mends it', async () => {
    const before = bench.git.commit('main', {
      ...crashingFiles,
      'label.js': crashingCode.replace('user.name.trim()', "'a'"),
    });
    const tip = bench.git.commit('main', { 'label.js': crashingCode }, before);
    const limits = { ...defaultFixLimits, attempts: 1, fixes: 1 };
    const found = await bench.search(tip, { limits });
    expect(found.fixes).toMatchObject([{ kind: 'revert', name: `revert ${tip}` }]);
    expect(found.fixes[0]?.files.get('label.js')).toContain("return 'a';");
    const late = { ...crashAt(tip), firstSeen: new Date('2026-03-01T00:00:00Z') };
    expect((await bench.search(tip, { limits, crash: late })).tried.map(({ kind }) => kind)).toEqual([
      'template',
    ]);
  });

  it('says where it cannot look, and where its time is over', async () => {
    const tip = bench.tipOf(crashingFiles);
    const crash = { ...crashAt(tip), frames: [{ file: 'label.test.js', line: 4, column: 1 }] as const };
    expect((await bench.search(tip, { crash })).ended?.code).toBe('crash-fix.no-place');
    const limits = { ...defaultFixLimits, seconds: 0 };
    expect(await bench.search(tip, { limits })).toMatchObject({
      tried: [],
      ended: { code: 'crash-fix.no-time' },
    });
  });

  it('waits for no edit that never ends', async () => {
    const limits = { ...defaultFixLimits, attempts: 1, places: 1, recentDays: 0 };
    const text = crashingCode.replace('return', 'for (;;); return');
    const samples = saying({ kind: 'made', files: new Map([['label.js', text]]) });
    const { tried } = await bench.search(bench.tipOf(crashingFiles), { limits, samples });
    expect(tried).toMatchObject([{ kind: 'model', end: 'not-measured', detail: 'limit of seconds in test' }]);
  });
});
