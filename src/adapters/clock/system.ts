import type { Clock } from '../../ports/clock.ts';

/** The machine's clocks: wall time, and CLOCK_MONOTONIC, which every process of the machine shares. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }

  monotonicMs(): number {
    return Number(process.hrtime.bigint() / 1000n) / 1000;
  }
}
