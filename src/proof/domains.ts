import { child, children, identifier, type Node } from '../domain/syntax-tree.ts';
import type { Domain } from './core.ts';
import type { Module } from './module.ts';

const keywords: Readonly<Record<string, Domain>> = {
  TSNumberKeyword: { kind: 'number' },
  TSBooleanKeyword: { kind: 'boolean' },
  TSStringKeyword: { kind: 'string' },
};

const mostAliases = 20;

/** What an annotation admits; undefined: something outside the subset. */
export function domainOf(type: Node | undefined, module: Module, depth = 0): Domain | undefined {
  if (type === undefined || depth > mostAliases) return undefined;
  if (type.type === 'TSTypeAnnotation') return domainOf(child(type, 'typeAnnotation'), module, depth + 1);
  if (type.type === 'TSTypeReference') return domainOf(aliased(type, module), module, depth + 1);
  if (type.type === 'TSLiteralType') {
    const value = literal(child(type, 'literal'));
    return value === undefined ? undefined : { kind: 'literals', values: [value] };
  }
  if (type.type !== 'TSUnionType')
    return Object.hasOwn(keywords, type.type) ? keywords[type.type] : undefined;
  const values = new Set<number | boolean | string>();
  for (const member of children(type, 'types')) {
    const domain = domainOf(member, module, depth + 1);
    const listed =
      domain?.kind === 'boolean' ? [true, false] : domain?.kind === 'literals' ? domain.values : undefined;
    if (listed === undefined) return undefined;
    for (const value of listed) values.add(value);
  }
  const sorts = new Set([...values].map((value) => typeof value));
  return sorts.size === 1 ? { kind: 'literals', values: [...values] } : undefined;
}

function aliased(type: Node, { declared }: Module): Node | undefined {
  const name = identifier(child(type, 'typeName'));
  const [alias, ...more] = name === undefined ? [] : (declared.get(name) ?? []);
  const plain = child(type, 'typeArguments') === undefined && alias !== undefined && more.length === 0;
  const isAlias =
    plain && alias.type === 'TSTypeAliasDeclaration' && child(alias, 'typeParameters') === undefined;
  return isAlias ? child(alias, 'typeAnnotation') : undefined;
}

function literal(node: Node | undefined): number | boolean | string | undefined {
  if (node?.type === 'UnaryExpression' && node.operator === '-') {
    const value = literal(child(node, 'argument'));
    return typeof value === 'number' ? -value : undefined;
  }
  const value = node?.type === 'Literal' ? node.value : undefined;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
    ? value
    : undefined;
}
