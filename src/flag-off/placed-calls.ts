import { child, isNode, type Node, property, walk } from '../domain/syntax-tree.ts';

/* Of calls, by where they begin: what becomes of their answers. */

/** Calls that are awaited, or that an async function answers, which awaits them. */
export function settledCalls(program: Node): ReadonlySet<number> {
  const settled = new Set<number>();
  const functions: { readonly node: Node; readonly isAsync: boolean }[] = [];
  const add = (node: Node | undefined) => {
    if (node?.type === 'CallExpression') settled.add(node.start);
  };
  const visit = (node: Node, isAsync: boolean) => {
    if (node.type === 'AwaitExpression') add(child(node, 'argument'));
    if (isAsync && node.type === 'ReturnStatement') add(child(node, 'argument'));
    if (node.type === 'ArrowFunctionExpression' && node.async === true) add(child(node, 'body'));
  };
  functions.push({ node: program, isAsync: false });
  for (let next = functions.pop(); next !== undefined; next = functions.pop()) {
    for (const node of within(next.node)) {
      visit(node, next.isAsync);
      if (node !== next.node && isFunction(node))
        functions.push({ node, isAsync: node.async === true && node.generator !== true });
    }
  }
  return settled;
}

/** Calls of this name of which only `.value` is read. */
export function valuesOfDetails(program: Node, name: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { node } of walk(program)) {
    if (property(node) !== 'value' || node.optional === true) continue;
    const owner = child(node, 'object');
    const call = owner?.type === 'AwaitExpression' ? child(owner, 'argument') : owner;
    if (call?.type === 'CallExpression' && property(child(call, 'callee')) === name) found.add(call.start);
  }
  return found;
}

function isFunction({ type }: Node): boolean {
  return (
    type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'
  );
}

/** A function and what runs in it; of the functions in it only where they begin. */
function* within(root: Node): Generator<Node> {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    if (node !== root && isFunction(node)) continue;
    for (const value of Object.values(node))
      for (const inner of Array.isArray(value) ? value : [value]) if (isNode(inner)) pending.push(inner);
  }
}
