import { type FixKind, fixKinds, type RankedFix } from '../../domain/crash-fix.ts';

/** Template before model before mutation before revert; the smaller first; then in the order in which they were tried. */
export function ranked(fixes: readonly RankedFix[]): readonly RankedFix[] {
  const byKind = (kind: FixKind) => fixKinds.indexOf(kind);
  return fixes.toSorted((one, other) => byKind(one.kind) - byKind(other.kind) || one.size - other.size);
}

/** One of each list in turn. */
export function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

/** Of lists that are less and less likely: the first gets more turns than the second, as 1 to 1/2, 1/3, … */
export function byLikelihood<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const all = lists.flatMap((list, at) => list.map((one, depth) => ({ one, cost: (at + 1) * (depth + 1) })));
  return all.toSorted((one, other) => one.cost - other.cost).map(({ one }) => one);
}

/** How many attempts each kind may take: templates most, and what they leave falls to mutations. */
export function shares(attempts: number, templates: number): { template: number; mutation: number } {
  const template = Math.min(templates, Math.ceil(attempts * 0.7));
  return { template, mutation: Math.max(0, attempts - template) };
}
