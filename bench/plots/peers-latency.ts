import type { Chart } from '../support/chart.ts';
import { chartOfHarm, type Peers } from './peers.ts';

export function chartOf(found: Peers): Chart {
  return chartOfHarm(found, 'Users whom a slow version lets wait, in the mean');
}
