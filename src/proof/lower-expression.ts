import { child, children, identifier, type Node, property, quasi } from '../domain/syntax-tree.ts';
import { type BinaryOp, type Expression, type Primitive, type UnaryOp, Unsupported } from './core.ts';
import type { Scope } from './scope.ts';

/** What an expression may refer to outside of its function. */
export interface Surroundings {
  /** The call of a function of the same file. Throws Unsupported. */
  call(name: string, args: readonly Expression[], at: number): Expression;
  /** A constant of the file's top level. Throws Unsupported. */
  constant(name: string, at: number): Expression;
  /** Whether a name means what it means in every program. */
  isGlobal(name: string): boolean;
}

type Context = { readonly scope: Scope; readonly around: Surroundings };

const transparent = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'ParenthesizedExpression',
]);
const binaryOps = new Set<string>(['+', '-', '*', '/', '%', '<', '<=', '>', '>=', '===', '!==']);
const globals: ReadonlyMap<string, Primitive> = new Map<string, Primitive>([
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
]);
const members: ReadonlyMap<string, number> = new Map([
  ['Number.MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
  ['Number.MIN_SAFE_INTEGER', Number.MIN_SAFE_INTEGER],
  ['Number.POSITIVE_INFINITY', Number.POSITIVE_INFINITY],
  ['Number.NEGATIVE_INFINITY', Number.NEGATIVE_INFINITY],
  ['Number.NaN', Number.NaN],
  ['Number.EPSILON', Number.EPSILON],
]);
const unaryCalls: ReadonlyMap<string, UnaryOp> = new Map<string, UnaryOp>([
  ['Math.abs', 'abs'],
  ['Math.floor', 'floor'],
  ['Math.ceil', 'ceil'],
  ['Math.trunc', 'trunc'],
  ['Math.round', 'round'],
  ['Number.isInteger', 'isInteger'],
  ['Number.isSafeInteger', 'isSafeInteger'],
  ['Number.isNaN', 'isNaN'],
  ['Number.isFinite', 'isFinite'],
]);
const manyCalls: ReadonlyMap<string, 'min' | 'max'> = new Map([
  ['Math.min', 'min'],
  ['Math.max', 'max'],
]);

/** Throws Unsupported for whatever is outside of the subset. */
export function lowerExpression(node: Node | undefined, context: Context): Expression {
  if (node === undefined) throw new Unsupported('an expression that is missing');
  if (transparent.has(node.type)) return lowerExpression(child(node, 'expression'), context);
  const lower = lowerings[node.type];
  if (lower === undefined || !Object.hasOwn(lowerings, node.type))
    throw new Unsupported(`${node.type}, which is outside the subset`, node.start);
  return lower(node, context);
}

const lowerings: Readonly<Record<string, (node: Node, context: Context) => Expression>> = {
  Literal: (node) => ({ op: 'const', value: literal(node) }),
  TemplateLiteral(node) {
    if (children(node, 'expressions').length > 0) throw new Unsupported('a template with values', node.start);
    return { op: 'const', value: children(node, 'quasis').map(quasi).join('') };
  },
  Identifier: lowerName,
  UnaryExpression(node, context) {
    const of = lowerExpression(child(node, 'argument'), context);
    if (node.operator === '!') return { op: 'unary', kind: 'not', of };
    if (node.operator === '-') return { op: 'unary', kind: 'neg', of };
    throw new Unsupported(`the operator ${String(node.operator)}`, node.start);
  },
  BinaryExpression(node, context) {
    const kind = String(node.operator);
    if (!binaryOps.has(kind)) throw new Unsupported(`the operator ${kind}`, node.start);
    const left = lowerExpression(child(node, 'left'), context);
    return {
      op: 'binary',
      kind: kind as BinaryOp,
      left,
      right: lowerExpression(child(node, 'right'), context),
    };
  },
  LogicalExpression(node, context) {
    const op = node.operator === '&&' ? 'both' : node.operator === '||' ? 'either' : undefined;
    if (op === undefined) throw new Unsupported(`the operator ${String(node.operator)}`, node.start);
    const left = lowerExpression(child(node, 'left'), context);
    return { op, left, right: lowerExpression(child(node, 'right'), context) };
  },
  ConditionalExpression: (node, context) => ({
    op: 'choose',
    test: lowerExpression(child(node, 'test'), context),
    yes: lowerExpression(child(node, 'consequent'), context),
    no: lowerExpression(child(node, 'alternate'), context),
  }),
  MemberExpression(node, { scope, around }) {
    const value = members.get(globalMember(node, scope, around) ?? '');
    if (value === undefined) throw new Unsupported('a property', node.start);
    return { op: 'const', value };
  },
  CallExpression: lowerCall,
};

function literal(node: Node): Primitive {
  const { value } = node;
  const isPlain = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
  if (isPlain || (value === null && node.raw === 'null')) return value;
  throw new Unsupported('a literal that is no number, boolean or string', node.start);
}

function lowerName(node: Node, { scope, around }: Context): Expression {
  const name = identifier(node) ?? '';
  const local = scope.find(name);
  if (local !== undefined) return { op: 'read', id: local.id };
  if (globals.has(name) && around.isGlobal(name)) return { op: 'const', value: globals.get(name) };
  return around.constant(name, node.start);
}

/** `Math.floor`, when Math is the engine's own. */
function globalMember(node: Node | undefined, scope: Scope, around: Surroundings): string | undefined {
  if (node?.type !== 'MemberExpression' || node.optional === true) return undefined;
  const object = identifier(child(node, 'object'));
  if ((object !== 'Math' && object !== 'Number') || scope.find(object) !== undefined) return undefined;
  return around.isGlobal(object) ? `${object}.${property(node) ?? ''}` : undefined;
}

function lowerCall(node: Node, context: Context): Expression {
  const { scope, around } = context;
  if (node.optional === true) throw new Unsupported('an optional call', node.start);
  const name = identifier(child(node, 'callee'));
  const member = globalMember(child(node, 'callee'), scope, around);
  const args = children(node, 'arguments').map((arg) => lowerExpression(arg, context));
  if (name !== undefined && scope.find(name) === undefined) return around.call(name, args, node.start);
  const [first, second, ...rest] = args;
  const unary = unaryCalls.get(member ?? '');
  if (unary !== undefined && first !== undefined && second === undefined)
    return { op: 'unary', kind: unary, of: first };
  const kind = manyCalls.get(member ?? '');
  if (kind === undefined || first === undefined || second === undefined)
    throw new Unsupported(`the call of ${member ?? name ?? 'something computed'}`, node.start);
  return rest.reduce<Expression>((left, right) => ({ op: 'binary', kind, left, right }), {
    op: 'binary',
    kind,
    left: first,
    right: second,
  });
}
