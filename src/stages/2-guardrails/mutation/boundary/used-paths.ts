import type { Behaviour, Observation, Outcome, SeenCall } from '../../../../domain/behaviour.ts';
import type { BoundaryFault } from '../../../../domain/boundary-mutation.ts';

export type Observed = Extract<Observation, { kind: 'observed' }>;

/** A function of a package that is called while the tests run. */
export type UsedPath = {
  readonly package: string;
  /** As the recorder wrote it: hostile text. */
  readonly path: string;
  /** Faults that change something of what it was seen to answer. */
  readonly faults: readonly BoundaryFault[];
  /** Whether it answers a promise. */
  readonly promises: boolean;
  /** Each call of it was seen to answer the same in both versions: what it does was compared, whatever tests look at. */
  readonly isCompared: boolean;
};

/** Packages that the project itself loads, and of which its tests see nothing: no call, no value, no change of a global. */
export function idlePackages({ base: [first] }: Observed): readonly string[] {
  const loaded = first.loads.filter(({ by }) => by === undefined).map((load) => load.package);
  const used = new Set([...first.calls.values()].filter(isUse).map((call) => call.package));
  return [...new Set(loaded)].filter((name) => !used.has(name));
}

/** Loading alone is no use, unless that is what the package is for; nor is looking up a function. */
function isUse({ path, args, facets }: SeenCall): boolean {
  if (args !== '' || facets.has('ambient')) return true;
  if (path.startsWith('require("')) return false;
  return facets.get('result')?.some(({ type }) => type !== 'function') === true;
}

type Calls = { readonly name: string; readonly path: string; readonly calls: Map<string, SeenCall> };

/** Of the base: what the change brings has no say in what is looked at. In the order in which they were called. */
export function usedPaths({ base, head }: Observed): readonly UsedPath[] {
  const [first, second] = base;
  const runs = [first, second, head];
  const isWhole = runs.every(({ gaps }) => gaps.length === 0);
  const used = callsByPath(first);
  const others = [second, head].map(callsByPath);
  return [...used].flatMap(([key, { name, path, calls }]) => {
    const outcomes = [...calls.values()].flatMap(answersOf);
    const faults = faultsOf(outcomes);
    if (faults.length === 0) return [];
    const isCompared = isWhole && others.every((other) => isSame(calls, other.get(key)?.calls));
    return { package: name, path, faults, promises: outcomes.some(isSettled), isCompared };
  });
}

function callsByPath({ calls }: Behaviour): ReadonlyMap<string, Calls> {
  const paths = new Map<string, Calls>();
  for (const [id, call] of calls) {
    // A read, or the loading of a package.
    if (call.args === '') continue;
    const key = `${call.package}\0${call.path}`;
    const known = paths.get(key) ?? { name: call.package, path: call.path, calls: new Map() };
    paths.set(key, known);
    known.calls.set(id, call);
  }
  return paths;
}

/** What a promise settles to is the answer, and not the promise. */
function answersOf({ facets }: SeenCall): readonly Outcome[] {
  const result = facets.get('result') ?? [];
  const settled = facets.get('settled') ?? [];
  return [...result.filter(({ type }) => type !== 'Promise'), ...settled];
}

const isSettled = ({ kind }: Outcome): boolean => kind === 'resolve' || kind === 'reject';

/** Types of which there is another value that is made without running code of theirs. */
const hasOther: ReadonlySet<string> = new Set(
  'number string boolean bigint array object Date Map Set Uint8Array Buffer'.split(' '),
);

function faultsOf(outcomes: readonly Outcome[]): readonly BoundaryFault[] {
  const answered = outcomes.filter(({ kind }) => kind === 'return' || kind === 'resolve');
  const isAnythingBut = outcomes.some(({ kind, type }) => kind !== 'more' && type !== 'undefined');
  return [
    ...(answered.length > 0 ? (['throw'] as const) : []),
    ...(isAnythingBut ? (['nothing'] as const) : []),
    ...(answered.some(({ type }) => hasOther.has(type)) ? (['other'] as const) : []),
  ];
}

function isSame(a: ReadonlyMap<string, SeenCall>, b: ReadonlyMap<string, SeenCall> | undefined): boolean {
  if (b?.size !== a.size) return false;
  return [...a].every(([key, call]) => {
    const [here, there] = [answerOf(call), answerOf(b.get(key))];
    return here !== undefined && here === there;
  });
}

/** undefined: there is none, or not all of it was kept. */
function answerOf(call: SeenCall | undefined): string | undefined {
  const outcomes = ['result', 'settled'].flatMap((facet) =>
    (call?.facets.get(facet) ?? []).map((outcome) => ({ facet, ...outcome })),
  );
  if (outcomes.length === 0 || outcomes.some(({ kind }) => kind === 'more')) return undefined;
  const texts = outcomes.map(({ facet, kind, type, digest }) => JSON.stringify([facet, kind, type, digest]));
  return texts.toSorted().join('\n');
}
