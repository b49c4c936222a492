import { child, type Node } from '../../../domain/syntax-tree.ts';
import { isPure } from '../../../flag-off/inert.ts';
import { bare, type Edit, endOf, flagAt, markOf, sliceOf, type Written } from './written.ts';

/** What follows from the flag inside of expressions: each answers the edit for one node, or nothing. */
export type Folding = (written: Written, node: Node) => Edit | undefined;

const parenthesis: Folding = (written, node) => {
  const value = node.type === 'ParenthesizedExpression' ? flagAt(written, node) : undefined;
  return value === undefined ? undefined : mark(written, node, value);
};

const negation: Folding = (written, node) => {
  const isNot = node.type === 'UnaryExpression' && node.operator === '!';
  const value = isNot ? flagAt(written, child(node, 'argument')) : undefined;
  return value === undefined ? undefined : mark(written, node, !value);
};

const comparison: Folding = (written, node) => {
  if (node.type !== 'BinaryExpression') return undefined;
  const sides = [child(node, 'left'), child(node, 'right')];
  if (sides.every((side) => flagAt(written, side) === undefined)) return undefined;
  const [left, right] = sides.map((side) => flagAt(written, side) ?? literalAt(side));
  if (left === undefined || right === undefined) return undefined;
  const operator = String(node.operator);
  if (/^===?$/.test(operator)) return mark(written, node, left === right);
  return /^!==?$/.test(operator) ? mark(written, node, left !== right) : undefined;
};

const logic: Folding = (written, node) => {
  if (node.type !== 'LogicalExpression') return undefined;
  const [left, right] = [child(node, 'left'), child(node, 'right')];
  const operator = String(node.operator);
  const value = flagAt(written, left);
  if (value !== undefined) {
    const decided = operator === '??' || (operator === '&&' ? !value : value);
    return decided ? mark(written, node, value) : put(written, node, right);
  }
  const last = flagAt(written, right);
  if (last === undefined || operator === '??' || !isCondition(written, node)) return undefined;
  if (last === (operator === '&&')) return put(written, node, left);
  // It is decided whatever comes first, which is left out only where it does nothing.
  return isPure(bare(left), written.isKnown) ? mark(written, node, last) : undefined;
};

const choice: Folding = (written, node) => {
  if (node.type !== 'ConditionalExpression') return undefined;
  const value = flagAt(written, child(node, 'test'));
  return value === undefined
    ? undefined
    : put(written, node, child(node, value ? 'consequent' : 'alternate'));
};

export const foldings: readonly Folding[] = [parenthesis, negation, comparison, logic, choice];

function literalAt(node: Node | undefined): boolean | undefined {
  const inner = bare(node);
  return inner?.type === 'Literal' && typeof inner.value === 'boolean' ? inner.value : undefined;
}

const tests: readonly string[] = ['IfStatement', 'ConditionalExpression', 'WhileStatement'];

/** Whether only the truth of it counts. */
function isCondition(written: Written, node: Node): boolean {
  const place = written.placeOf(node);
  if (place === undefined) return false;
  const { parent, field } = place;
  if (tests.includes(parent.type)) return field === 'test';
  const passes = parent.type === 'ParenthesizedExpression' || parent.type === 'LogicalExpression';
  return passes && parent.operator !== '??' && isCondition(written, parent);
}

function mark(written: Written, node: Node, value: boolean): Edit {
  const { start, end } = outermost(written, node);
  return { start, end, text: markOf(written.marks, value) };
}

const alone: ReadonlySet<string> = new Set([
  'Identifier',
  'Literal',
  'CallExpression',
  'MemberExpression',
  'ArrayExpression',
  'TemplateLiteral',
  'JSXElement',
  'JSXFragment',
]);

/** The part of a node in its place, without parentheses that only the whole needed. */
function put(written: Written, node: Node, part: Node | undefined): Edit | undefined {
  if (part === undefined) return undefined;
  const inner = soleContent(written, part);
  const braces = /^JSX(Element|Fragment)$/.test(inner.type) ? bracesAround(written, node) : undefined;
  if (braces !== undefined) return { start: braces.start, end: endOf(braces), text: sliceOf(written, inner) };
  const needsNone = alone.has(inner.type);
  const { start, end } = needsNone ? outermost(written, node) : { start: node.start, end: endOf(node) };
  const around = written.placeOf(node)?.parent;
  const isBounded = needsNone || isDelimited(around, inner);
  const text = sliceOf(written, isBounded ? inner : part);
  return { start, end, text: startsBlock(written, node, text) ? `(${text})` : text };
}

/** What stands in parentheses, unless a comment stands there too. */
function soleContent(written: Written, node: Node): Node {
  const inner = node.type === 'ParenthesizedExpression' ? child(node, 'expression') : undefined;
  if (inner === undefined) return node;
  const around = [
    written.text.slice(node.start + 1, inner.start),
    written.text.slice(endOf(inner), endOf(node) - 1),
  ];
  return around.some((text) => text.trim() !== '') ? node : soleContent(written, inner);
}

/** Where whatever stands there is delimited by what is around it. */
function isDelimited(around: Node | undefined, inner: Node): boolean {
  const brackets = /^(IfStatement|WhileStatement|ParenthesizedExpression|JSXExpressionContainer)$/;
  const ends = /^(ReturnStatement|VariableDeclarator|AssignmentExpression)$/;
  if (around === undefined) return false;
  return brackets.test(around.type) || (ends.test(around.type) && inner.type !== 'SequenceExpression');
}

/** Of JSX, where an element stands that needs none. */
function bracesAround(written: Written, node: Node): Node | undefined {
  const parent = written.placeOf(node)?.parent;
  if (parent?.type === 'ParenthesizedExpression') return bracesAround(written, parent);
  const isChild = parent !== undefined && written.placeOf(parent)?.field === 'children';
  return parent?.type === 'JSXExpressionContainer' && isChild ? parent : undefined;
}

/** With the parentheses around a node. */
function outermost(written: Written, node: Node): { start: number; end: number } {
  let outer = node;
  for (let place = written.placeOf(outer); place?.parent.type === 'ParenthesizedExpression'; ) {
    outer = place.parent;
    place = written.placeOf(outer);
  }
  return { start: outer.start, end: endOf(outer) };
}

/** `() => {}` is no object, and a statement that begins with a brace, `function` or `class` is no expression. */
function startsBlock(written: Written, node: Node, text: string): boolean {
  const place = written.placeOf(node);
  if (place?.parent.type === 'ArrowFunctionExpression' && place.field === 'body') return text.startsWith('{');
  return place?.parent.type === 'ExpressionStatement' && /^(\{|(async\s+)?function\b|class\b)/.test(text);
}
