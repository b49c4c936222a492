import { children, type Node } from '../domain/syntax-tree.ts';
import { declaredBy, hoists, mentions } from './names.ts';
import { rewrite } from './tree.ts';

/** Without what follows a return or throw, and without blocks that only group. */
export function tidy(program: Node): Node {
  return rewrite(program, (node) => {
    if (!Array.isArray(node.body) || (node.type !== 'BlockStatement' && node.type !== 'Program')) return node;
    const body = reachable(flatten(children(node, 'body')));
    return { ...node, body };
  });
}

const ending = new Set(['ReturnStatement', 'ThrowStatement', 'BreakStatement', 'ContinueStatement']);

/** What is hoisted out of the dead part is declared all the same, and stays. */
function reachable(statements: readonly Node[]): readonly Node[] {
  const end = statements.findIndex(({ type }) => ending.has(type));
  const after = end === -1 ? [] : statements.slice(end + 1);
  const dead = after.filter((one) => !hoists(one));
  if (dead.length === 0) return statements;
  const kept = [...statements.slice(0, end + 1), ...after.filter(hoists)];
  const names = new Set(dead.flatMap(declaredBy));
  const used = kept.some((one) => [...mentions(one).keys()].some((name) => names.has(name)));
  return used ? statements : kept;
}

/** A block among statements is taken apart where its names mean nothing to its neighbours. */
function flatten(statements: readonly Node[]): readonly Node[] {
  return statements.flatMap((statement, at) => {
    if (statement.type !== 'BlockStatement') return [statement];
    const inner = children(statement, 'body');
    const names = new Set(inner.flatMap(declaredBy));
    const around = statements.filter((_, other) => other !== at);
    const clash = around.some((one) => [...mentions(one).keys()].some((name) => names.has(name)));
    return clash || inner.some((one) => one.type === 'FunctionDeclaration') ? [statement] : inner;
  });
}
