import { child, children, identifier, isNode, type Node, quasi } from '../domain/syntax-tree.ts';
import {
  type BinaryOp,
  type Case,
  type Expression,
  type Statement,
  type Thrown,
  Unsupported,
} from './core.ts';
import { lowerExpression, type Surroundings } from './lower-expression.ts';
import type { Scope } from './scope.ts';

type Context = { readonly scope: Scope; readonly around: Surroundings };

export function lowerBlock(statements: readonly Node[], { scope, around }: Context): readonly Statement[] {
  const inner = { scope: scope.block(statements), around };
  return statements.flatMap((statement) => lowerStatement(statement, inner));
}

function lowerStatement(node: Node, context: Context): readonly Statement[] {
  const lower = lowerings[node.type];
  if (lower === undefined || !Object.hasOwn(lowerings, node.type))
    throw new Unsupported(`${node.type}, which is outside the subset`, node.start);
  return lower(node, context);
}

const lowerings: Readonly<Record<string, (node: Node, context: Context) => readonly Statement[]>> = {
  EmptyStatement: () => [],
  BlockStatement: (node, context) => lowerBlock(children(node, 'body'), context),
  VariableDeclaration: lowerDeclaration,
  ExpressionStatement: lowerEffect,
  IfStatement: (node, context) => [
    {
      op: 'if',
      test: lowerExpression(child(node, 'test'), context),
      yes: lowerBranch(child(node, 'consequent'), context),
      no: lowerBranch(child(node, 'alternate'), context),
    },
  ],
  SwitchStatement: lowerSwitch,
  BreakStatement(node) {
    if (isNode(node.label)) throw new Unsupported('a label', node.start);
    return [{ op: 'break' }];
  },
  ReturnStatement: (node, context) => [lowerReturn(child(node, 'argument'), context)],
  ThrowStatement: (node, context) => [{ op: 'throw', error: lowerThrown(child(node, 'argument'), context) }],
};

function lowerBranch(node: Node | undefined, context: Context): readonly Statement[] {
  if (node === undefined) return [];
  return lowerBlock(node.type === 'BlockStatement' ? children(node, 'body') : [node], context);
}

/** `return a ? 1 : 'x'` is two ways out, each of one type. */
export function lowerReturn(node: Node | undefined, context: Context): Statement {
  if (node === undefined) return { op: 'return', value: { op: 'const', value: undefined } };
  if (node.type !== 'ConditionalExpression') return { op: 'return', value: lowerExpression(node, context) };
  const test = lowerExpression(child(node, 'test'), context);
  const yes = [lowerReturn(child(node, 'consequent'), context)];
  return { op: 'if', test, yes, no: [lowerReturn(child(node, 'alternate'), context)] };
}

function lowerDeclaration(node: Node, context: Context): readonly Statement[] {
  if (node.kind !== 'let' && node.kind !== 'const') throw new Unsupported(String(node.kind), node.start);
  return children(node, 'declarations').map((declarator): Statement => {
    const name = identifier(child(declarator, 'id'));
    if (name === undefined) throw new Unsupported('a pattern', declarator.start);
    const init = child(declarator, 'init');
    const value: Expression =
      init === undefined ? { op: 'const', value: undefined } : lowerExpression(init, context);
    return { op: 'set', id: context.scope.declare(name), value };
  });
}

function lowerEffect(node: Node, context: Context): readonly Statement[] {
  const expression = child(node, 'expression');
  if (typeof node.directive === 'string') return [];
  if (expression?.type === 'CallExpression')
    return [{ op: 'evaluate', value: lowerExpression(expression, context) }];
  if (expression?.type === 'AssignmentExpression') {
    const operator = String(expression.operator).slice(0, -1);
    const value = lowerExpression(child(expression, 'right'), context);
    return [assignment(child(expression, 'left'), operator, value, context)];
  }
  if (expression?.type === 'UpdateExpression') {
    const operator = expression.operator === '++' ? '+' : '-';
    return [assignment(child(expression, 'argument'), operator, { op: 'const', value: 1 }, context)];
  }
  throw new Unsupported(`${expression?.type ?? node.type} as a statement`, node.start);
}

const assigning = new Set<string>(['', '+', '-', '*', '/', '%']);

function assignment(
  target: Node | undefined,
  operator: string,
  value: Expression,
  { scope }: Context,
): Statement {
  const variable = scope.find(identifier(target) ?? '');
  if (variable === undefined || variable.constant)
    throw new Unsupported('an assignment to what is no variable of the function', target?.start);
  if (!assigning.has(operator)) throw new Unsupported(`the operator ${operator}=`, target?.start);
  const { id } = variable;
  if (operator === '') return { op: 'set', id, value };
  const left: Expression = { op: 'read', id };
  return { op: 'set', id, value: { op: 'binary', kind: operator as BinaryOp, left, right: value } };
}

function lowerSwitch(node: Node, context: Context): readonly Statement[] {
  const value = lowerExpression(child(node, 'discriminant'), context);
  const cases = children(node, 'cases').map((one): Case => {
    const statements = children(one, 'consequent');
    // All cases share one scope, in which a declaration may be jumped over.
    const declares = statements.find(({ type }) => type === 'VariableDeclaration');
    if (declares !== undefined)
      throw new Unsupported('a declaration in a case without braces', declares.start);
    const body = lowerBlock(statements, context);
    const test = child(one, 'test');
    if (test === undefined) return { isDefault: true, test: undefined, body };
    return { isDefault: false, test: constantTest(lowerExpression(test, context), test.start), body };
  });
  return [{ op: 'switch', value, cases }];
}

function constantTest(test: Expression, at: number): Case['test'] {
  if (test.op === 'const') return test.value;
  const negated =
    test.op === 'unary' && test.kind === 'neg' && test.of.op === 'const' ? test.of.value : undefined;
  if (typeof negated !== 'number') throw new Unsupported('a case that is not constant', at);
  return -negated;
}

const errors = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'EvalError',
  'URIError',
  'ReferenceError',
]);

function lowerThrown(node: Node | undefined, context: Context): Thrown {
  const name = identifier(child(node, 'callee')) ?? '';
  const made = node?.type === 'NewExpression' && errors.has(name) && context.scope.find(name) === undefined;
  if (!made || !context.around.isGlobal(name))
    throw new Unsupported('throwing something but a plain error', node?.start);
  const [message, ...more] = children(node, 'arguments');
  if (more.length > 0) throw new Unsupported('an error with options', node.start);
  if (message === undefined) return { texts: [`${name}: `], parts: [] };
  if (message.type === 'TemplateLiteral') {
    const [first = '', ...rest] = children(message, 'quasis').map(quasi);
    const parts = children(message, 'expressions').map((part) => lowerExpression(part, context));
    return { texts: [`${name}: ${first}`, ...rest], parts };
  }
  if (message.type !== 'Literal' || typeof message.value !== 'string')
    throw new Unsupported('an error whose message is no text', message.start);
  return { texts: [`${name}: ${message.value}`], parts: [] };
}
