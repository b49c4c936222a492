import type { RecordedCall, Recordings } from '../../../domain/recorded-call.ts';

export type ChosenCalls = {
  readonly calls: readonly RecordedCall[];
  /** Recorded of these packages, and not chosen. */
  readonly omitted: number;
  /** Met in production, and not recorded: their arguments were no plain data. */
  readonly notPlain: number;
};

const mostCalls = 2000;

/** Of the packages that change, as many calls of each function as of the others, in the order in which they were made. */
export function chooseCalls(
  { calls, notPlain }: Recordings,
  packages: ReadonlySet<string>,
  most = mostCalls,
): ChosenCalls {
  const own = calls.filter((call) => packages.has(call.package));
  const byFunction = Map.groupBy(own, ({ kind, steps }) => JSON.stringify([kind, steps]));
  const chosen = new Set<RecordedCall>();
  for (let turn = 0; chosen.size < Math.min(most, own.length); turn++)
    for (const group of byFunction.values()) {
      const call = group[turn];
      if (call !== undefined && chosen.size < most) chosen.add(call);
    }
  const skipped = [...notPlain].filter(([name]) => packages.has(name));
  return {
    calls: own.filter((call) => chosen.has(call)),
    omitted: own.length - chosen.size,
    notPlain: skipped.reduce((sum, [, count]) => sum + count, 0),
  };
}
