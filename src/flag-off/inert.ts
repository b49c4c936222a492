import { child, children, identifier, isNode, type Node } from '../domain/syntax-tree.ts';
import { exportedDeclaration } from './names.ts';
import { requiredNames } from './requires.ts';

const functions = new Set(['FunctionExpression', 'ArrowFunctionExpression']);

/** Whether evaluating it can neither act nor throw; `known` are names that are bound. */
export function isPure(node: Node | undefined, known: (name: string) => boolean): boolean {
  if (node === undefined) return true;
  const pure = (field: string) => isPure(child(node, field), known);
  switch (node.type) {
    case 'Literal':
      return true;
    case 'Identifier':
      return node.name === 'undefined' || known(identifier(node) ?? '');
    case 'UnaryExpression':
      return (node.operator === '!' || node.operator === 'typeof') && pure('argument');
    case 'BinaryExpression':
      return (node.operator === '===' || node.operator === '!==') && pure('left') && pure('right');
    case 'LogicalExpression':
      return pure('left') && pure('right');
    case 'ConditionalExpression':
      return pure('test') && pure('consequent') && pure('alternate');
    case 'TemplateLiteral':
      return children(node, 'expressions').length === 0;
    case 'ArrayExpression':
      return children(node, 'elements').every((one) => isPure(one, known));
    case 'ObjectExpression':
      return children(node, 'properties').every((one) => isPureProperty(one, known));
    default:
      return functions.has(node.type);
  }
}

function isPureProperty(property: Node, known: (name: string) => boolean): boolean {
  const plain = property.type === 'Property' && property.computed !== true;
  // `__proto__: x` sets a prototype instead.
  const key = child(property, 'key');
  const isProto = identifier(key) === '__proto__' || key?.value === '__proto__';
  return plain && !isProto && isPure(child(property, 'value'), known);
}

/** What a file knows of its names. */
export type Knowing = {
  readonly isKnown: (name: string) => boolean;
  readonly isClient: (init: Node) => boolean;
};

/**
 * Whether a declaration does nothing but declare. `requires`: it stands where the file is loaded, and what it requires is
 * looked at apart; anywhere else `require` acts.
 */
export function isInert(statement: Node, { isKnown, isClient }: Knowing, requires = false): boolean {
  const node = exportedDeclaration(statement);
  if (node.type === 'FunctionDeclaration') return true;
  if (node.type === 'ClassDeclaration') return isInertClass(node);
  if (node.type !== 'VariableDeclaration') return false;
  return children(node, 'declarations').every((one) => {
    const init = child(one, 'init');
    if (requires && !isKnown('require') && requiredNames(one) !== undefined) return true;
    const isName = child(one, 'id')?.type === 'Identifier';
    return isName && (isPure(init, isKnown) || (init !== undefined && isClient(init)));
  });
}

function isInertClass(node: Node): boolean {
  const members = children(child(node, 'body') ?? node, 'body');
  const decorated = [node, ...members].some((one) => children(one, 'decorators').length > 0);
  const acts = members.some(
    (one) =>
      one.type === 'StaticBlock' ||
      one.computed === true ||
      (one.static === true && one.type !== 'MethodDefinition'),
  );
  return !decorated && !acts && !isNode(node.superClass);
}
