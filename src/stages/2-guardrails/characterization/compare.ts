import type { Behaviour, Outcome, SeenCall } from '../../../domain/behaviour.ts';
import { areEqual } from './same-behaviour.ts';

/** Worst first. */
export const differenceKinds = [
  'exception',
  'type',
  'value',
  'callback',
  'mutation',
  'ambient',
  'reads',
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

export type Difference = {
  readonly kind: DifferenceKind;
  readonly package: string;
  /** Such as `cookie.serialize("a", "b")`. */
  readonly call: string;
  readonly facet: string;
  /** As shown; `nothing` where there was none. */
  readonly old: string;
  readonly new: string;
};

/** How much of a package was compared. */
export type Coverage = { compared: number; masked: number; new: number; gone: number };

export type Compared = {
  readonly differences: readonly Difference[];
  readonly coverage: ReadonlyMap<string, Coverage>;
};

type Seen = { readonly first: SeenCall; readonly second: SeenCall; readonly now: SeenCall };

/**
 * Sets of outcomes for each call, old against new. What differs between two runs of the old version (a time, a port, an order)
 * is masked: of that only its types are compared. Calls that one side alone made are counted, and are no difference: their
 * arguments may flicker, and what made them differ shows at the call that they came from.
 */
export function compareBehaviour(
  [first, second]: readonly [Behaviour, Behaviour],
  head: Behaviour,
): Compared {
  const coverage = new Map<string, Coverage>();
  const differences: Difference[] = [];
  for (const [key, now] of head.calls) {
    const count = coverageOf(coverage, now.package);
    const [a, b] = [first.calls.get(key), second.calls.get(key)];
    if (a === undefined && b === undefined) count.new += 1;
    else if (a === undefined || b === undefined) count.masked += 1;
    else differences.push(...compareCall({ first: a, second: b, now }, count));
  }
  for (const [key, call] of first.calls)
    if (second.calls.has(key) && !head.calls.has(key)) coverageOf(coverage, call.package).gone += 1;
  differences.push(...newThrows([first, second], head));
  return { differences: differences.toSorted((a, b) => rank(a) - rank(b)), coverage };
}

const rank = ({ kind }: Difference) => differenceKinds.indexOf(kind);

function coverageOf(all: Map<string, Coverage>, name: string): Coverage {
  const count = all.get(name) ?? { compared: 0, masked: 0, new: 0, gone: 0 };
  all.set(name, count);
  return count;
}

function compareCall(seen: Seen, count: Coverage): Difference[] {
  const facets = new Set([seen.first, seen.second, seen.now].flatMap((call) => [...call.facets.keys()]));
  const differences: Difference[] = [];
  let masked = false;
  for (const facet of facets) {
    const [a, b, now] = [seen.first, seen.second, seen.now].map((call) => call.facets.get(facet) ?? []);
    if (a === undefined || b === undefined || now === undefined) continue;
    const stable = isSame(a, b, exactly) && ![...a, ...now].some(({ kind }) => kind === 'more');
    if (!stable) masked ||= facet === 'result';
    const kind = stable ? stableDifference(facet, a, now) : flickeringDifference(facet, [a, b], now);
    if (kind !== undefined) differences.push(told(kind, seen.now, { facet, old: a, now }));
  }
  if (masked) count.masked += 1;
  else if (isExercised(seen.now)) count.compared += 1;
  return differences;
}

/** Nothing is exercised of a package that is merely loaded, nor of what is merely looked up: a function, or nothing. */
function isExercised({ facets }: SeenCall): boolean {
  const isLookup = ({ kind, type }: Outcome) =>
    kind === 'read' && (type === 'function' || type === 'undefined');
  return facets.get('result')?.every(isLookup) === false;
}

const exactly = ({ kind, type, digest }: Outcome) => JSON.stringify([kind, type, digest]);
const byType = ({ kind, type }: Outcome) => JSON.stringify([kind, type]);
const throws = ({ kind }: Outcome) => kind === 'throw' || kind === 'reject';
const sameThrows = (a: readonly Outcome[], b: readonly Outcome[]) =>
  isSame(a.filter(throws), b.filter(throws), byType);

function isSame(a: readonly Outcome[], b: readonly Outcome[], by: (outcome: Outcome) => string): boolean {
  if (areEqual(a, b)) return true;
  const [left, right] = [new Set(a.map(by)), new Set(b.map(by))];
  return left.size === right.size && [...left].every((each) => right.has(each));
}

function stableDifference(
  facet: string,
  old: readonly Outcome[],
  now: readonly Outcome[],
): DifferenceKind | undefined {
  if (isSame(old, now, exactly)) return undefined;
  if (facet === 'mutation' || facet === 'ambient' || facet === 'reads') return facet;
  if (facet.startsWith('callback ')) return 'callback';
  if (!sameThrows(old, now)) return 'exception';
  return isSame(old, now, byType) ? 'value' : 'type';
}

/** Types that both old runs agree on, though values flicker. */
function flickeringDifference(
  facet: string,
  [a, b]: readonly [readonly Outcome[], readonly Outcome[]],
  now: readonly Outcome[],
): DifferenceKind | undefined {
  if (facet !== 'result' && facet !== 'settled') return undefined;
  const agreed = [...a, ...b, ...now].every(({ kind }) => kind !== 'more') && isSame(a, b, byType);
  if (!agreed || isSame(a, now, byType)) return undefined;
  return sameThrows(a, now) ? 'type' : 'exception';
}

/** Arguments that flicker hide a call from comparison by key: a path that never threw and now does is seen all the same. */
function newThrows(old: readonly [Behaviour, Behaviour], head: Behaviour): Difference[] {
  const unknown = [...head.calls].filter(
    ([key, call]) => isThrowing(call) && !old.some((behaviour) => behaviour.calls.has(key)),
  );
  if (unknown.length === 0) return [];
  const throwsBefore = new Map<string, boolean>();
  for (const behaviour of old)
    for (const call of behaviour.calls.values())
      if (call.facets.has('result'))
        throwsBefore.set(pathOf(call), throwsBefore.get(pathOf(call)) === true || isThrowing(call));
  return unknown
    .filter(([, call]) => throwsBefore.get(pathOf(call)) === false)
    .map(([, call]) => told('exception', call, { facet: 'result', old: [], now: throwing(call) }));
}

const isThrowing = ({ facets }: SeenCall): boolean =>
  facets.get('result')?.some(throws) === true || facets.get('settled')?.some(throws) === true;

const pathOf = (call: SeenCall) => `${call.package}\0${call.path}\0${call.args === '' ? 'read' : 'call'}`;

function throwing(call: SeenCall): readonly Outcome[] {
  return [...(call.facets.get('result') ?? []), ...(call.facets.get('settled') ?? [])].filter(throws);
}

function told(
  kind: DifferenceKind,
  call: SeenCall,
  { facet, old, now }: { facet: string; old: readonly Outcome[]; now: readonly Outcome[] },
): Difference {
  const [before, after] = [new Set(old.map(exactly)), new Set(now.map(exactly))];
  return {
    kind,
    package: call.package,
    call: `${call.path}${call.args}`,
    facet,
    old: shown(old.filter((each) => !after.has(exactly(each)))),
    new: shown(now.filter((each) => !before.has(exactly(each)))),
  };
}

function shown(outcomes: readonly Outcome[]): string {
  const texts = outcomes.slice(0, 3).map(({ kind, shown: text }) => `${kind} ${text}`);
  const more = outcomes.length > 3 ? ` and ${outcomes.length - 3} more` : '';
  return texts.length === 0 ? 'nothing' : `${texts.join(' | ')}${more}`;
}
