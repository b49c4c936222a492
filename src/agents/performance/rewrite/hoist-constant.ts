import { child, children, identifier, type Node } from '../../../domain/syntax-tree.ts';
import {
  type Edit,
  endOf,
  type Hoist,
  isPrimitive,
  methodCall,
  primitivesOf,
  type Rewrite,
  replace,
  type Source,
} from './source.ts';

/** They change nothing, and answer what nobody can change. */
const reading = new Set(['includes', 'indexOf', 'lastIndexOf', 'at', 'join', 'hasOwnProperty']);

/** `const NAME = {…}` of constants in a function that only looks things up in it. */
export function hoistConstant(source: Source, node: Node, hoist: Hoist): Rewrite | undefined {
  const [declarator, ...more] = children(node, 'declarations');
  if (node.type !== 'VariableDeclaration' || node.kind !== 'const' || more.length > 0) return undefined;
  const [id, init] = [child(declarator, 'id'), child(declarator, 'init')];
  const name = identifier(id);
  if (name === undefined || init === undefined || id?.typeAnnotation != null) return undefined;
  if (!isConstant(init) || source.bindings(name) !== 1 || source.hasComment(node.start, endOf(node)))
    return undefined;
  if (source.runsText()) return undefined;
  const block = blockOf(source, node);
  const isRead = source
    .mentions(name)
    .every((each) => each === id || isKey(source, each) || (isWithin(each, block) && reads(source, each)));
  if (block === undefined || !isRead) return undefined;
  const text = `${name} = ${source.textOf(init)}`;
  return {
    rule: 'hoist-constant',
    line: source.lineOf(node),
    before: text,
    assumes: hoist.assumes,
    declares: `const ${text};`,
    edits: [withoutLine(source, node)],
  };
}

/** The block of a function's that it is a statement of. */
function blockOf(source: Source, node: Node): Node | undefined {
  const { parent } = source.placeOf(node);
  return parent?.type === 'BlockStatement' || parent?.type === 'FunctionBody' ? parent : undefined;
}

function isWithin(node: Node, block: Node | undefined): boolean {
  return block !== undefined && node.start >= block.start && endOf(node) <= endOf(block);
}

/** Its whole line, where nothing else can grow together by that. */
function withoutLine(source: Source, node: Node): Edit {
  const before = source.text.slice(0, node.start).trimEnd();
  const rest = /^[ \t]*(?=\n|$)/.exec(source.text.slice(endOf(node)));
  if (rest === null || !/[;{]$/.test(before)) return replace(node, ';');
  return { start: before.length, end: endOf(node) + rest[0].length, text: '' };
}

/** Names alone, none of which is a key of another kind: `__proto__` sets what it inherits from. */
function isConstant(node: Node): boolean {
  if (primitivesOf(node) !== undefined) return true;
  if (node.type !== 'ObjectExpression') return false;
  return children(node, 'properties').every((each) => {
    const key = child(each, 'key');
    const name = identifier(key) ?? (key?.type === 'Literal' ? String(key.value) : '__proto__');
    const isPlain = each.type === 'Property' && each.kind === 'init' && each.computed !== true;
    return isPlain && name !== '__proto__' && isPrimitive(child(each, 'value'));
  });
}

/** A name of something else: after a dot, or before a colon. */
function isKey(source: Source, mention: Node): boolean {
  const { parent, field } = source.placeOf(mention);
  if (parent?.computed === true || parent?.shorthand === true) return false;
  return (
    (parent?.type === 'MemberExpression' && field === 'property') ||
    (parent?.type === 'Property' && field === 'key')
  );
}

/** `NAME[key]` or `NAME.key`, whose answer alone is used. */
function reads(source: Source, mention: Node): boolean {
  const { parent: member, field } = source.placeOf(mention);
  if (member?.type !== 'MemberExpression' || field !== 'object') return false;
  const { parent, field: as, isWrapped } = useOf(source, member);
  if (parent?.type === 'CallExpression' && as === 'callee')
    return !isWrapped && reading.has(methodCall(parent)?.method ?? '');
  if (parent?.type === 'MemberExpression' && as === 'object') return false;
  return (
    !(writing.has(parent?.type ?? '') && (as === 'left' || as === 'argument' || as === 'tag')) &&
    !isTarget(parent)
  );
}

/** Around what is named, and what is done is done to that. */
const wrappers = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
]);

function useOf(source: Source, member: Node) {
  let { parent, field } = source.placeOf(member);
  const isWrapped = wrappers.has(parent?.type ?? '');
  while (parent !== undefined && wrappers.has(parent.type)) ({ parent, field } = source.placeOf(parent));
  return { parent, field, isWrapped };
}

const writing = new Set([
  'AssignmentExpression',
  'UpdateExpression',
  'ForInStatement',
  'ForOfStatement',
  'TaggedTemplateExpression',
  'AssignmentPattern',
  'RestElement',
]);

/** Deleted, or written by taking something apart. */
function isTarget(parent: Node | undefined): boolean {
  if (parent?.type === 'UnaryExpression') return parent.operator === 'delete';
  return parent?.type === 'ArrayPattern' || parent?.type === 'Property' || parent?.type === 'NewExpression';
}
