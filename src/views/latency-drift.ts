import type { ChangeId } from '../domain/change.ts';
import { lookNote } from '../domain/exposure.ts';
import type { Entry } from '../domain/journal.ts';
import { isRecord } from '../domain/npm/hostile-json.ts';
import type { Ledger } from './ledger.ts';
import { legOf } from './legs.ts';

/** Versions of a service, none of which was slow enough to be rolled back, that together are. */
export type LatencyDrift = {
  readonly service: string;
  /** How long half of the users waited at most, in ms: before the first of these changes, and with the last. */
  readonly from: number;
  readonly to: number;
  /** How many times slower, each version against the one before at the same moment. */
  readonly factor: number;
  readonly changes: number;
  /** The change that added most, and how much. */
  readonly worst: { readonly change: ChangeId; readonly factor: number };
};

/** The event types that it is folded from. */
export const driftTypes = ['stage.noted'];

/** The middles are bounds of buckets, each 1.19 times the one before: one bucket may be chance. */
const least = 1.4;
const most = { changes: 20, fewestUsers: 200 };

type Step = { readonly change: ChangeId; readonly canary: number; readonly baseline: number };

/**
 * Folded from what rollouts saw last. Canary and baseline were met at the same moment, so that neither the hour nor the load of a day looks
 * like a drift; and what they add up to must show between first and last too, so that no rounding does.
 */
export function latencyDrifts(entries: readonly Entry[], ledger: Ledger): readonly LatencyDrift[] {
  const last = new Map<string, { service: string; step: Step }>();
  for (const entry of entries) {
    const { change: id = '', type, data } = entry;
    const change = ledger.changes.get(id);
    const service = change?.releases[legOf(entry)]?.service;
    if (type !== 'stage.noted' || data.note !== lookNote || service === undefined) continue;
    if (change?.conclusion?.outcome !== 'landed') continue;
    const waits = waitsOf(data.data);
    if (waits !== undefined)
      last.set(JSON.stringify([service, id]), { service, step: { change: id, ...waits } });
  }
  const byService = Map.groupBy(last.values(), ({ service }) => service);
  return [...byService].flatMap(
    ([service, all]) =>
      driftOf(
        service,
        all.map(({ step }) => step),
      ) ?? [],
  );
}

function driftOf(service: string, all: readonly Step[]): LatencyDrift | undefined {
  const steps = all.slice(-most.changes);
  const [first, end] = [steps[0], steps.at(-1)];
  if (first === undefined || end === undefined) return undefined;
  const factors = steps.map(({ change, canary, baseline }) => ({ change, factor: canary / baseline }));
  const factor = factors.reduce((product, each) => product * each.factor, 1);
  if (factor < least || end.canary / first.baseline < least) return undefined;
  const worst = factors.reduce((a, b) => (b.factor > a.factor ? b : a));
  return { service, from: first.baseline, to: end.canary, factor, changes: steps.length, worst };
}

function waitsOf(look: unknown): Pick<Step, 'canary' | 'baseline'> | undefined {
  const evidence = isRecord(look) && Array.isArray(look.evidence) ? look.evidence : [];
  const found = evidence.filter(isRecord).find(({ test }) => test === 'rollback.latency');
  const counts = found?.counts;
  if (!isRecord(counts)) return undefined;
  const [canary, baseline] = [Number(counts.canaryP50), Number(counts.baselineP50)];
  const users = Math.min(Number(counts.canary), Number(counts.baseline));
  return canary > 0 && baseline > 0 && users >= most.fewestUsers ? { canary, baseline } : undefined;
}
