import { child, children, isNode, type Node } from '../domain/syntax-tree.ts';
import { type Rewriting, rewrite } from './tree.ts';

const typeOnly = new Set([
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'TSDeclareFunction',
  'EmptyStatement',
]);
const wrappers = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'ParenthesizedExpression',
]);
const typeFields = new Set([
  'end',
  'range',
  'raw',
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeArguments',
  'implements',
  'definite',
  'importKind',
  'exportKind',
  'hashbang',
  'phase',
]);

/** What runs, in one spelling: without types, and with braces around every branch. */
export function strip(program: Node): Node {
  return rewrite(program, (node) => normal(plain(node)));
}

function plain(node: Node): Rewriting {
  if (typeOnly.has(node.type) || node.declare === true) return undefined;
  if (node.type.startsWith('Import') && node.importKind === 'type') return undefined;
  if (node.type.startsWith('Export') && (node.exportKind === 'type' || isEmptied(node))) return undefined;
  if (wrappers.has(node.type)) return child(node, 'expression');
  if (node.type === 'JSXText') return jsxText(node);
  return Object.fromEntries(
    Object.entries(node).filter(([field, value]) => isKept(node, field, value)),
  ) as Node;
}

/** `export` of a type that was removed. */
function isEmptied(node: Node): boolean {
  const bare = node.type === 'ExportNamedDeclaration' && !isNode(node.declaration) && !isNode(node.source);
  return bare && children(node, 'specifiers').length === 0;
}

function isKept(node: Node, field: string, value: unknown): boolean {
  if (field === 'decorators') return Array.isArray(value) && value.length > 0;
  if (field === 'optional') return value === true && node.type !== 'Identifier';
  return !typeFields.has(field);
}

/** As JSX reads it: lines are trimmed and joined, and what is only layout is nothing. */
function jsxText(node: Node): Rewriting {
  const lines = String(node.value).split(/\r?\n/);
  const last = lines.length - 1;
  const trimmed = lines.map((line, at) =>
    line.replace(at > 0 ? /^[ \t]+/ : /^$/, '').replace(at < last ? /[ \t]+$/ : /$^/, ''),
  );
  const value = trimmed.filter((line) => line !== '').join(' ');
  return value === '' ? undefined : { type: 'JSXText', start: node.start, value };
}

/** Braces of JSX around an element say nothing. */
export function withoutBraces(container: Node): Node {
  const held = child(container, 'expression');
  return held?.type === 'JSXElement' || held?.type === 'JSXFragment' ? held : container;
}

function normal(node: Rewriting): Rewriting {
  if (!isNode(node)) return node;
  if (node.type === 'JSXExpressionContainer') return withoutBraces(node);
  if (node.type === 'IfStatement')
    return {
      ...node,
      consequent: block(child(node, 'consequent')),
      alternate: alternate(child(node, 'alternate')),
    };
  const body = child(node, 'body');
  if (node.type === 'ArrowFunctionExpression' && body !== undefined && body.type !== 'BlockStatement') {
    const answer: Node = { type: 'ReturnStatement', start: body.start, argument: body };
    return {
      ...node,
      expression: false,
      body: { type: 'BlockStatement', start: body.start, body: [answer] },
    };
  }
  if (/^(For|While|DoWhile)/.test(node.type)) return { ...node, body: block(body) };
  return node;
}

export function block(node: Node | undefined): Node {
  if (node?.type === 'BlockStatement') return node;
  return { type: 'BlockStatement', start: node?.start ?? 0, body: node === undefined ? [] : [node] };
}

/** A branch that holds nothing is none. */
export function alternate(node: Node | undefined): Node | null {
  if (node === undefined) return null;
  const made = block(node);
  return children(made, 'body').length === 0 ? null : made;
}
