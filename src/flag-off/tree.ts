import { isNode, type Node } from '../domain/syntax-tree.ts';

/** What a node becomes: itself, another, or (in a list) none or several. */
export type Rewriting = Node | readonly Node[] | undefined;

/** Rewrites from the leaves up. Where a node must be one, an empty answer leaves null. */
export function rewrite(node: Node, change: (node: Node) => Rewriting): Node {
  const rewritten = one(rewriteNode(node, change));
  if (rewritten === undefined) throw new Error('the root was removed');
  return rewritten;
}

function rewriteNode(node: Node, change: (node: Node) => Rewriting): Rewriting {
  const fields: Record<string, unknown> = Object.create(null);
  let changed = false;
  for (const [field, value] of Object.entries(node)) {
    const next = rewriteField(value, change);
    fields[field] = next;
    changed ||= next !== value;
  }
  return change(changed ? ({ ...fields } as Node) : node);
}

function rewriteField(value: unknown, change: (node: Node) => Rewriting): unknown {
  if (isNode(value)) return one(rewriteNode(value, change)) ?? null;
  if (!Array.isArray(value)) return value;
  const list: readonly unknown[] = value;
  const next = list.flatMap((item): readonly unknown[] => {
    if (!isNode(item)) return [item];
    const answer = rewriteNode(item, change);
    return isList(answer) ? answer : answer === undefined ? [] : [answer];
  });
  return next.length === list.length && next.every((item, at) => item === list[at]) ? value : next;
}

function isList(answer: Rewriting): answer is readonly Node[] {
  return Array.isArray(answer);
}

function one(answer: Rewriting): Node | undefined {
  if (!isList(answer)) return answer;
  if (answer.length === 1) return answer[0];
  return answer.length === 0
    ? undefined
    : { type: 'BlockStatement', start: answer[0]?.start ?? 0, body: answer };
}

export function flagLiteral(value: boolean, start: number): Node {
  return { type: 'Literal', start, value, fromFlag: true };
}

/** What `getBooleanDetails` answers: only its `value` is known. */
export function flagDetails(value: boolean, start: number): Node {
  return { ...flagLiteral(value, start), ofDetails: true };
}

/** `true` or `false` that a flag was replaced by, or that was computed from such a one. */
export function flagValue(node: unknown): boolean | undefined {
  return isNode(node) && node.type === 'Literal' && node.fromFlag === true && typeof node.value === 'boolean'
    ? node.value
    : undefined;
}

export function booleanValue(node: unknown): boolean | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node.value === 'boolean' ? node.value : undefined;
}
