import { child, children, isNode, type Node, walk } from '../domain/syntax-tree.ts';
import type { FlagReader } from './flags.ts';
import { isInert, isPure } from './inert.ts';

/** What loading a file loads, as it is written there. */
export function loadsOf(program: Node): ReadonlySet<string> {
  const sources = children(program, 'body').filter(
    (one) =>
      /^(Import|Export\w*)Declaration$/.test(one.type) &&
      one.importKind !== 'type' &&
      one.exportKind !== 'type',
  );
  return new Set(sources.flatMap((one) => textOf(child(one, 'source'))));
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
    if (isInert(one, reader.isKnown, reader.isClient)) return false;
    const value = one.type === 'ExportDefaultDeclaration' ? child(one, 'declaration') : undefined;
    return value === undefined || !isPure(value, reader.isKnown);
  });
}
