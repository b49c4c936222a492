import type { Behaviour } from '../../../domain/behaviour.ts';
import type { DriverEvidence, DriverRun } from '../../../domain/driver.ts';
import { printable } from '../../../domain/printable.ts';
import { compareBehaviour, type Difference } from '../characterization/compare.ts';

export type ComparedDriver = {
  readonly differences: readonly Difference[];
  readonly calls: number;
  /** Why seeing no difference would say nothing. */
  readonly doubt: string | undefined;
};

/** What one driver saw with both versions. */
export function compareDriver({ base: [first, second], head }: DriverEvidence): ComparedDriver {
  const nothing = { differences: [], calls: 0 };
  if (first?.kind !== 'ended' || second?.kind !== 'ended' || head === undefined)
    return { ...nothing, doubt: 'A driver that was kept was not run with the new versions' };
  if (head.kind === 'limit') return { ...nothing, differences: [endless(head, first)], doubt: undefined };
  const { differences, coverage } = compareBehaviour([calledIn(first), calledIn(second)], calledIn(head));
  const calls = [...coverage.values()].reduce((sum, { compared }) => sum + compared, 0);
  if (differences.length > 0) return { differences, calls, doubt: undefined };
  // It asserts what no call shows, such as what a package did to a global.
  if (!head.passed) return { differences: [ownFailure(head, first)], calls, doubt: undefined };
  const [gap] = head.seen.gaps;
  if (gap !== undefined)
    return {
      ...nothing,
      doubt: `Not all was recorded that drivers see with the new versions: ${printable(gap)}`,
    };
  const changed = [...coverage.values()].some((count) => count.gone + count.new > 0);
  if (changed || calls === 0)
    return { ...nothing, doubt: 'A driver makes other calls with the new versions than with the old' };
  return { differences, calls, doubt: undefined };
}

/** What a file of the project exports, before anybody calls it, says nothing of what it does. */
function calledIn({ seen }: Extract<DriverRun, { kind: 'ended' }>): Behaviour {
  return { ...seen, calls: new Map([...seen.calls].filter(([, { facets }]) => !facets.has('export'))) };
}

function ownFailure(
  head: Extract<DriverRun, { kind: 'ended' }>,
  before: Extract<DriverRun, { kind: 'ended' }>,
): Difference {
  return { ...ofAll(before), old: 'passes', new: `fails: ${head.tail.slice(-200)}` };
}

function endless(
  { limit }: Extract<DriverRun, { kind: 'limit' }>,
  before: Extract<DriverRun, { kind: 'ended' }>,
): Difference {
  return { ...ofAll(before), old: 'an end', new: `no end within its limit (${limit})` };
}

/** Of no call alone. */
function ofAll({ seen }: Extract<DriverRun, { kind: 'ended' }>) {
  const names = new Set([...seen.calls.values()].map((call) => call.package));
  return {
    kind: 'exception',
    package: [...names].join(', '),
    call: 'the whole driver',
    facet: 'result',
  } as const;
}
