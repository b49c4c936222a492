import type { Behaviour, Outcome, SeenCall } from '../../../domain/behaviour.ts';

/** Whether all that two runs were seen to do with what is observed is the same. False where something may be missing from either. */
export function isSameBehaviour(one: Behaviour, other: Behaviour): boolean {
  return (
    one.gaps.length + other.gaps.length === 0 &&
    isSameSet(one.loads.map(loadOf), other.loads.map(loadOf)) &&
    one.calls.size === other.calls.size &&
    [...one.calls].every(([key, call]) => isSameCall(call, other.calls.get(key)))
  );
}

/** Without the version, which is what differs. */
const loadOf = ({ package: name, by }: Behaviour['loads'][number]): string => JSON.stringify([name, by]);

function isSameCall({ facets }: SeenCall, other: SeenCall | undefined): boolean {
  return (
    other !== undefined &&
    facets.size === other.facets.size &&
    [...facets].every(([facet, outcomes]) => isSameOutcomes(outcomes, other.facets.get(facet)))
  );
}

function isSameOutcomes(one: readonly Outcome[], other: readonly Outcome[] | undefined): boolean {
  if (other === undefined) return false;
  return areEqual(one, other) || isSameSet(one.map(outcomeOf), other.map(outcomeOf));
}

/** One after the other: nearly all are, and sets of texts take many times as long. */
export function areEqual(one: readonly Outcome[], other: readonly Outcome[]): boolean {
  if (one === other) return true;
  const isEqual = ({ kind, type, digest }: Outcome, at: number) =>
    kind === other[at]?.kind && type === other[at].type && digest === other[at].digest;
  return one.length === other.length && one.every(isEqual);
}

const outcomeOf = ({ kind, type, digest }: Outcome): string => JSON.stringify([kind, type, digest]);

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const [a, b] = [new Set(one), new Set(other)];
  return a.size === b.size && [...a].every((each) => b.has(each));
}
