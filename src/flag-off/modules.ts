import { child, children, identifier, isNode, type Node, property, walk } from '../domain/syntax-tree.ts';
import type { FlagReader } from './flags.ts';
import { isInert, isPure } from './inert.ts';
import { requiredBy } from './requires.ts';

/** What loading a file loads, as it is written there. */
export function loadsOf(program: Node): ReadonlySet<string> {
  const sources = children(program, 'body').filter(
    (one) =>
      /^(Import|Export\w*)Declaration$/.test(one.type) &&
      one.importKind !== 'type' &&
      one.exportKind !== 'type',
  );
  const required = children(program, 'body').flatMap((one) => children(one, 'declarations'));
  return new Set([
    ...sources.flatMap((one) => textOf(child(one, 'source'))),
    ...required.flatMap((one) => requiredBy(child(one, 'init')) ?? []),
  ]);
}

/** What its code may load while it runs. */
export function lateLoadsOf(program: Node): ReadonlySet<string> {
  const late = [...walk(program)].filter(({ node }) => node.type === 'ImportExpression');
  return new Set(late.flatMap(({ node }) => textOf(child(node, 'source'))));
}

function textOf(source: Node | undefined): readonly string[] {
  return typeof source?.value === 'string' ? [source.value] : [];
}

/** The first statement of a stripped module that does something when it is loaded. */
export function actingStatement(program: Node, reader: FlagReader): Node | undefined {
  return children(program, 'body').find((one) => {
    if (one.type === 'ImportDeclaration' || one.type === 'ExportAllDeclaration') return false;
    if (one.type === 'ExportNamedDeclaration' && !isNode(one.declaration)) return false;
    if (one.type === 'ExpressionStatement' && typeof one.directive === 'string') return false;
    if (isInert(one, reader, true) || isExporting(one, reader)) return false;
    const value = one.type === 'ExportDefaultDeclaration' ? child(one, 'declaration') : undefined;
    return value === undefined || !isPure(value, reader.isKnown);
  });
}

/** `module.exports = ...`, `exports.name = ...` of a value that does nothing. */
function isExporting(statement: Node, reader: FlagReader): boolean {
  const act = statement.type === 'ExpressionStatement' ? child(statement, 'expression') : undefined;
  if (act?.type !== 'AssignmentExpression' || act.operator !== '=') return false;
  if (reader.isKnown('module') || reader.isKnown('exports')) return false;
  return isExports(child(act, 'left')) && isPure(child(act, 'right'), reader.isKnown);
}

function isExports(target: Node | undefined): boolean {
  const owner = child(target, 'object');
  const name = property(target);
  if (name === undefined || target?.computed === true) return false;
  if (identifier(owner) === 'module') return name === 'exports';
  return identifier(owner) === 'exports' || (property(owner) === 'exports' && isExports(owner));
}
