import { AutolandError, messageOf } from '../../domain/errors.ts';
import { isRecord, type JsonRecord, parseHostileObject } from '../../domain/npm/hostile-json.ts';
import type { FunctionPlace } from '../../domain/performance.ts';

/** One function of a profile, with the time that it took itself and in what the engine did for it. */
export type ProfiledFunction = FunctionPlace & {
  readonly url: string;
  /** Of all time in which the process was not idle. */
  readonly share: number;
};

/** One of those whose file is the project's own. */
export type HotFunction = FunctionPlace & { readonly path: string; readonly share: number };

type ProfileNode = FunctionPlace & { readonly id: number; readonly url: string };

const mend = 'collect one with `node --cpu-prof`, or by the inspector, and give the file as it is';
const mostNodes = 500_000;

/** A `.cpuprofile` as V8 writes it; hottest first. Nothing in it is believed but where it points. */
export function readProfile(text: string): readonly ProfiledFunction[] {
  const profile = parse(text);
  const nodes = listOf(profile, 'nodes').slice(0, mostNodes).map(nodeOf);
  const times = timesOf(profile);
  const owners = ownersOf(profile, new Map(nodes.map((node) => [node.id, node])));
  const idle = new Set(nodes.filter(({ name, url }) => url === '' && name === '(idle)').map(({ id }) => id));
  const taken = new Map<string, { node: ProfileNode; time: number }>();
  let total = 0;
  for (const [id, time] of times) {
    if (idle.has(id)) continue;
    total += time;
    const node = owners.get(id);
    if (node === undefined) continue;
    const key = JSON.stringify([node.url, node.line, node.column]);
    taken.set(key, { node, time: (taken.get(key)?.time ?? 0) + time });
  }
  return [...taken.values()]
    .map(({ node: { id: _, ...place }, time }) => ({ ...place, share: total === 0 ? 0 : time / total }))
    .toSorted((a, b) => b.share - a.share);
}

/**
 * Those of the project's files. It was deployed at a path that nobody names, so that is the one under which most time was taken: a file's
 * name alone may stand for several.
 */
export function ownFunctions(
  functions: readonly ProfiledFunction[],
  paths: readonly string[],
): readonly HotFunction[] {
  const own = functions.flatMap((each) => {
    const file = fileOf(each.url);
    return file === undefined || /(^|\/)node_modules\//.test(file) ? [] : [{ ...each, file }];
  });
  const byName = Map.groupBy(paths, nameIn);
  const roots = new Map<string, number>();
  for (const { file, share } of own)
    for (const path of byName.get(nameIn(file)) ?? [])
      if (file.endsWith(`/${path}`)) {
        const root = file.slice(0, -path.length);
        roots.set(root, (roots.get(root) ?? 0) + share);
      }
  const [root] = [...roots].toSorted(([a, most], [b, other]) => other - most || a.length - b.length)[0] ?? [];
  if (root === undefined) return [];
  const known = new Set(paths);
  return own.flatMap(({ file, name, line, column, share }) => {
    const path = file.startsWith(root) ? file.slice(root.length) : '';
    return known.has(path) ? [{ path, name, line, column, share }] : [];
  });
}

const nameIn = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function fileOf(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  if (!url.startsWith('file:///')) return undefined;
  try {
    return decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
}

function parse(text: string): JsonRecord {
  try {
    return parseHostileObject(text);
  } catch (thrown) {
    throw new AutolandError('usage', `expected a CPU profile as JSON: ${messageOf(thrown)}`, { mend });
  }
}

function listOf(profile: JsonRecord, name: string): readonly unknown[] {
  const value = profile[name];
  if (Array.isArray(value)) return value;
  throw new AutolandError('usage', `expected "${name}" in the CPU profile to be a list`, { mend });
}

function nodeOf(value: unknown): ProfileNode {
  const frame = isRecord(value) ? value.callFrame : undefined;
  if (!isRecord(value) || !isRecord(frame) || typeof value.id !== 'number')
    throw new AutolandError('usage', 'expected nodes of a CPU profile with id and callFrame', { mend });
  const { functionName, url, lineNumber, columnNumber } = frame;
  return {
    id: value.id,
    name: typeof functionName === 'string' ? functionName : '',
    url: typeof url === 'string' ? url : '',
    line: typeof lineNumber === 'number' ? lineNumber : -1,
    column: typeof columnNumber === 'number' ? columnNumber : -1,
  };
}

/** A sample lasts until the next one. */
function timesOf(profile: JsonRecord): ReadonlyMap<number, number> {
  const samples = listOf(profile, 'samples');
  const deltas = listOf(profile, 'timeDeltas');
  const times = new Map<number, number>();
  for (const [at, id] of samples.entries()) {
    const time = deltas[at + 1];
    if (typeof id !== 'number' || typeof time !== 'number' || !(time > 0)) continue;
    times.set(id, (times.get(id) ?? 0) + time);
  }
  return times;
}

/** By node, the function that asked for it: what has no file is the engine's work for its caller. */
function ownersOf(
  profile: JsonRecord,
  nodes: ReadonlyMap<number, ProfileNode>,
): ReadonlyMap<number, ProfileNode> {
  const parents = new Map<number, number>();
  for (const value of listOf(profile, 'nodes')) {
    if (!isRecord(value) || typeof value.id !== 'number' || !Array.isArray(value.children)) continue;
    for (const child of value.children) if (typeof child === 'number') parents.set(child, value.id);
  }
  const owners = new Map<number, ProfileNode>();
  for (const start of nodes.keys()) {
    let node = nodes.get(start);
    // Bounded: whoever wrote the file may have made a ring of it.
    for (let steps = 0; node !== undefined && node.url === '' && steps < 100; steps++)
      node = nodes.get(parents.get(node.id) ?? Number.NaN);
    if (node !== undefined && node.url !== '') owners.set(start, node);
  }
  return owners;
}
