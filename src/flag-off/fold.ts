import { child, type Node } from '../domain/syntax-tree.ts';
import { isPure } from './inert.ts';
import { hoists } from './names.ts';
import { alternate, block, withoutBraces } from './strip.ts';
import { booleanValue, flagLiteral, flagValue, type Rewriting, rewrite } from './tree.ts';

type Known = (name: string) => boolean;

/** Computes what follows from flags alone: everything else of the program stays as it is written. */
export function fold(program: Node, known: Known): Node {
  return rewrite(program, (node) => foldNode(node, known));
}

function foldNode(node: Node, known: Known): Rewriting {
  switch (node.type) {
    case 'UnaryExpression': {
      const value = flagValue(child(node, 'argument'));
      return node.operator === '!' && value !== undefined ? flagLiteral(!value, node.start) : node;
    }
    case 'LogicalExpression':
      return foldLogic(node);
    case 'ExpressionStatement':
      return flagValue(child(node, 'expression')) === undefined ? node : [];
    case 'JSXExpressionContainer':
      return withoutBraces(node);
    case 'BinaryExpression':
      return foldComparison(node);
    case 'ConditionalExpression': {
      const test = condition(child(node, 'test'), known);
      const value = flagValue(test);
      if (value === undefined) return { ...node, test };
      return child(node, value ? 'consequent' : 'alternate');
    }
    case 'IfStatement':
      return foldIf(node, known);
    case 'WhileStatement': {
      const test = condition(child(node, 'test'), known);
      return flagValue(test) === false && !hoists(node) ? [] : { ...node, test };
    }
    default:
      return node;
  }
}

function foldLogic(node: Node): Node {
  const value = flagValue(child(node, 'left'));
  if (value !== undefined && node.operator === '??') return flagLiteral(value, node.start);
  if (value === undefined || (node.operator !== '&&' && node.operator !== '||')) return node;
  const decided = node.operator === '&&' ? !value : value;
  return decided ? flagLiteral(value, node.start) : (child(node, 'right') ?? node);
}

function foldComparison(node: Node): Node {
  const [left, right] = [child(node, 'left'), child(node, 'right')];
  const [a, b] = [booleanValue(left), booleanValue(right)];
  if (a === undefined || b === undefined) return node;
  if (flagValue(left) === undefined && flagValue(right) === undefined) return node;
  const operator = String(node.operator);
  if (operator === '===' || operator === '==') return flagLiteral(a === b, node.start);
  return operator === '!==' || operator === '!=' ? flagLiteral(a !== b, node.start) : node;
}

/** Where only the truth counts: `x && true` is x, and `x && false` is false when x does nothing. */
function condition(node: Node | undefined, known: Known): Node | undefined {
  if (node?.type !== 'LogicalExpression') return node;
  const left = condition(child(node, 'left'), known);
  const right = condition(child(node, 'right'), known);
  const value = flagValue(right);
  const neutral = node.operator === '&&';
  if (value === undefined || (node.operator !== '&&' && node.operator !== '||'))
    return { ...node, left, right };
  if (value === neutral) return left;
  return isPure(left, known) ? flagLiteral(value, node.start) : { ...node, left, right };
}

function foldIf(node: Node, known: Known): Rewriting {
  const test = condition(child(node, 'test'), known);
  const value = flagValue(test);
  const [yes, no] = [child(node, 'consequent'), child(node, 'alternate')];
  const dead = value === true ? no : yes;
  // What a dead branch hoists is declared all the same.
  if (value === undefined || (dead !== undefined && hoists(dead)))
    return { ...node, test, alternate: alternate(no) };
  const alive = value ? yes : no;
  return alive === undefined ? [] : [block(alive)];
}
