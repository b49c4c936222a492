import { readFileSync } from 'node:fs';
import type { Clock } from '../../ports/clock.ts';

/** When a transaction happens, on both clocks, and since which boot the monotonic one counts. */
export type Moment = { readonly now: Date; readonly monotonicMs: number; readonly bootId: string };

export function momentOf(clock: Clock, bootId: string): Moment {
  return { now: clock.now(), monotonicMs: clock.monotonicMs(), bootId };
}

/** Changes with every boot of the machine. See random(4). */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
