import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { SystemClock } from './system.ts';

describe('SystemClock', () => {
  it('never goes back, and is the same clock in another process', () => {
    const clock = new SystemClock();
    const before = clock.monotonicMs();
    const script = 'console.log(Number(process.hrtime.bigint() / 1000n) / 1000)';
    const there = Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
    expect(there).toBeGreaterThan(before);
    expect(clock.monotonicMs()).toBeGreaterThan(there);
  });
});
