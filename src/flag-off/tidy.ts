import { child, children, type Node } from '../domain/syntax-tree.ts';
import { declaredBy, hoists, mentions } from './names.ts';
import { alternate } from './strip.ts';
import { rewrite } from './tree.ts';

/** Without what follows a return or throw. */
export function withoutDead(program: Node): Node {
  return rewrite(program, (node) => {
    if (node.type === 'SwitchCase')
      return { ...node, consequent: reachableInCase(children(node, 'consequent')) };
    if (!isBlock(node)) return node;
    const body = children(node, 'body');
    const end = body.findIndex(endsAbruptly);
    const dead = new Set(end === -1 ? [] : deadAfter(body, end));
    return dead.size === 0 ? node : { ...node, body: body.filter((one) => !dead.has(one)) };
  });
}

/**
 * Without blocks that only group. It comes last: which blocks can be taken apart depends on which names are left, so that
 * two programs that are one must be free of dead code before.
 */
export function flattened(program: Node): Node {
  return rewrite(program, (node) => {
    if (node.type === 'IfStatement') return { ...node, alternate: alternate(child(node, 'alternate')) };
    if (node.type === 'SwitchCase') return { ...node, consequent: flattenCase(children(node, 'consequent')) };
    return isBlock(node) ? { ...node, body: flatten(children(node, 'body')) } : node;
  });
}

/** What cannot be reached after the statement at `at`, which ends: but for what is hoisted, and where no name of it is used. */
export function deadAfter(statements: readonly Node[], at: number): readonly Node[] {
  const after = statements.slice(at + 1);
  const dead = after.filter((one) => !hoists(one));
  const kept = [...statements.slice(0, at + 1), ...after.filter(hoists)];
  const names = new Set(dead.flatMap(declaredBy));
  return kept.some((one) => freeMentions(one).some((name) => names.has(name))) ? [] : dead;
}

const ending = new Set(['ReturnStatement', 'ThrowStatement', 'BreakStatement', 'ContinueStatement']);

/** Whether nothing after it is reached. */
export function endsAbruptly(node: Node): boolean {
  return (
    ending.has(node.type) || (node.type === 'BlockStatement' && children(node, 'body').some(endsAbruptly))
  );
}

/** Names that blocks declare in themselves, and in those that they group. */
export function scopedNames(statements: readonly Node[]): readonly string[] {
  return statements.flatMap((one) =>
    one.type === 'BlockStatement' ? scopedNames(children(one, 'body')) : declaredBy(one),
  );
}

function isBlock(node: Node): boolean {
  return Array.isArray(node.body) && (node.type === 'BlockStatement' || node.type === 'Program');
}

/** But for the names that a block declares itself: those are others. */
function freeMentions(node: Node): readonly string[] {
  const all = [...mentions(node).keys()];
  if (node.type !== 'BlockStatement') return all;
  const own = new Set(
    children(node, 'body')
      .filter((one) => !hoists(one))
      .flatMap(declaredBy),
  );
  return all.filter((name) => !own.has(name));
}

/** The names of a case are those of its whole switch: only what declares none is left out. */
function reachableInCase(statements: readonly Node[]): readonly Node[] {
  const end = statements.findIndex(endsAbruptly);
  const dead = end === -1 ? [] : statements.slice(end + 1);
  return dead.some((one) => hoists(one) || declaredBy(one).length > 0)
    ? statements
    : statements.slice(0, end === -1 ? undefined : end + 1);
}

/**
 * The names of a case are those of its whole switch, so what declares names stays in a block. But for that they are as any statements:
 * one block around all of them, whichever of them were in one before.
 */
function flattenCase(statements: readonly Node[]): readonly Node[] {
  if (declares(statements))
    return statements.flatMap((one) => {
      const inner = one.type === 'BlockStatement' ? children(one, 'body') : [one];
      return declares(inner) ? [one] : inner;
    });
  const flat = flatten(statements);
  const start = statements[0]?.start ?? 0;
  return declares(flat) ? [{ type: 'BlockStatement', start, body: flat }] : flat;
}

function declares(statements: readonly Node[]): boolean {
  return statements.some((one) => declaredBy(one).length > 0);
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
