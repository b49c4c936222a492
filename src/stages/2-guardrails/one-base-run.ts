import type { Behaviour } from '../../domain/behaviour.ts';
import { isSameBehaviour } from './characterization/same-behaviour.ts';
import { compareCalls } from './system-calls/compare.ts';

/**
 * Whether one run of the base's tests is enough beside the head's. A second one only takes away from what differs what flickers
 * by itself, so where nothing differs it can change nothing.
 */
export function needsNoSecondRun(base: Behaviour, head: Behaviour): boolean {
  return isSameBehaviour(base, head) && asksNothingNew(base, head);
}

function asksNothingNew({ systemCalls: base }: Behaviour, { systemCalls: head }: Behaviour): boolean {
  if (base === undefined || head === undefined) return base === head;
  if (base.traced !== head.traced || base.gaps.length + head.gaps.length > 0) return false;
  return compareCalls([base, base], head).found.length === 0;
}
