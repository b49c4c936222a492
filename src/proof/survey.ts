import type { CriticalFunction, CriticalState } from '../domain/proof.ts';
import { identifier, type Node, walk } from '../domain/syntax-tree.ts';
import { functionNamed, lineOf, type Module, readModule } from './module.ts';
import type { Parsed } from './parsed.ts';
import type { Tag } from './tags.ts';

/** The tagged functions of both versions of a file; a version that does not exist is an empty program. */
export function survey(base: Parsed, head: Parsed): readonly CriticalFunction[] {
  const [old, now] = [readModule(base), readModule(head)];
  const names = new Set([...old.tags.keys(), ...now.tags.keys()]);
  const found = [...names].map((name): CriticalFunction => {
    const tag = now.tags.get(name) ?? old.tags.get(name);
    const kept = functionNamed(now, name);
    const line = kept === undefined ? lineOf(old, functionNamed(old, name)?.start) : lineOf(now, kept.start);
    return { name, line, state: stateOf(name, old, now), contract: (tag?.ensures.length ?? 0) > 0 };
  });
  const same = shape(base.program) === shape(head.program) && old.looseTags.length === now.looseTags.length;
  const lines = [
    ...now.looseTags.map((at) => lineOf(now, at)),
    ...old.looseTags.map((at) => lineOf(old, at)),
  ];
  const loose = lines.map(
    (line): CriticalFunction => ({ name: '', line, state: 'unplaced', contract: false }),
  );
  return same ? found : [...found, ...loose];
}

function stateOf(name: string, old: Module, now: Module): CriticalState {
  const before = old.tags.get(name);
  const after = now.tags.get(name);
  if (before === undefined && functionNamed(old, name) === undefined) return 'added';
  if (functionNamed(now, name) === undefined) return 'removed';
  if (after === undefined) return 'untagged';
  const same = meaningOf(name, before ?? after, old) === meaningOf(name, after, now);
  if (before === undefined) return same ? 'unchanged' : 'contract-changed';
  if (contractOf(before) !== contractOf(after)) return 'contract-changed';
  return same ? 'unchanged' : 'changed';
}

function contractOf({ requires, ensures }: Tag): string {
  return JSON.stringify([requires, ensures]);
}

/** Everything of the file that decides what a function does, and what its contract says. */
function meaningOf(name: string, tag: Tag, { declared, assigned, text }: Module): string {
  const reached: (readonly [string, readonly string[]])[] = [];
  const mentioned = new Set<string>();
  const pending = [name, ...contractOf(tag).split(/[^\w$]+/)];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (mentioned.has(next)) continue;
    mentioned.add(next);
    const nodes = declared.get(next) ?? [];
    if (nodes.length > 0) reached.push([next, nodes.map(shape)]);
    for (const node of nodes) pending.push(...namesIn(node));
  }
  const written = [...assigned].filter((each) => mentioned.has(each)).sort(byText);
  return JSON.stringify([reached.sort(([a], [b]) => byText(a, b)), written, /\beval\b/.test(text)]);
}

function namesIn(node: Node): readonly string[] {
  return [...walk(node)].flatMap((inner) => identifier(inner.node) ?? []);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

const placing = new Set(['start', 'end', 'range', 'loc', 'raw', 'parent']);

/** A syntax tree without places and spelling. */
function shape(node: Node): string {
  return JSON.stringify(node, (key, value: unknown) =>
    placing.has(key) ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  );
}
