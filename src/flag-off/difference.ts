import { isNode, type Node } from '../domain/syntax-tree.ts';

export type Parting = { readonly left: Node | undefined; readonly right: Node | undefined };

const skipped = new Set(['start', 'fromFlag', 'parent']);

/** The first place where two trees part, as the smallest nodes with a place; undefined: they are one program. */
export function parting(left: Node, right: Node): Parting | undefined {
  return partingOf(left, right, { left, right });
}

function partingOf(left: unknown, right: unknown, around: Parting): Parting | undefined {
  if (Array.isArray(left) && Array.isArray(right)) return partingOfLists(left, right, around);
  if (!isObject(left) || !isObject(right)) return Object.is(left, right) ? undefined : around;
  const here = isNode(left) && isNode(right) ? { left, right } : around;
  if (isNode(left) && isNode(right) && left.type !== right.type) return here;
  const [a, b] = [fields(left), fields(right)];
  for (const field of new Set([...a.keys(), ...b.keys()])) {
    const found = partingOf(a.get(field), b.get(field), here);
    if (found !== undefined) return found;
  }
  return undefined;
}

function partingOfLists(
  left: readonly unknown[],
  right: readonly unknown[],
  around: Parting,
): Parting | undefined {
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [a, b] = [left[at], right[at]];
    const both = at < left.length && at < right.length;
    const here = {
      left: isNode(a) ? a : both ? around.left : undefined,
      right: isNode(b) ? b : both ? around.right : undefined,
    };
    const found = both ? partingOf(a, b, here) : here;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The value of a regular expression is an object without fields; `regex` holds pattern and flags. */
function fields(node: object): ReadonlyMap<string, unknown> {
  const all = Object.entries(node).filter(
    ([field]) => !skipped.has(field) && !(field === 'value' && 'regex' in node),
  );
  return new Map(all);
}
