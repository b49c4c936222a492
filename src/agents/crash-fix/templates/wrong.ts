import { child, children, type Node } from '../../../domain/syntax-tree.ts';
import { type Edit, grouped, likeFirst, replaced, uniqueBy, type Way } from '../edit.ts';
import { type Spot, sliceOf } from '../spot.ts';

/** Conditions of the statement: what an `if`, a loop or a `?:` tests. */
function tests({ own }: Spot): readonly Node[] {
  return own.flatMap(({ node, field }) => (field === 'test' ? [node] : []));
}

const turned: Readonly<Record<string, readonly string[]>> = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
  '==': ['!='],
  '!=': ['=='],
  '===': ['!==', '=='],
  '!==': ['===', '!='],
  '&&': ['||'],
  '||': ['&&', '??'],
  '??': ['||'],
  '+': ['-'],
  '-': ['+'],
};

/** Another operator between the same operands. */
export function otherOperators(spot: Spot, node: Node, name: string): readonly Edit[] {
  const [left, right] = [child(node, 'left'), child(node, 'right')];
  const others = turned[String(node.operator)] ?? [];
  if (left === undefined || right === undefined || !/^(Binary|Logical)/.test(node.type)) return [];
  const [one, two] = [sliceOf(spot.text, left), grouped(spot, right)];
  return others.map((other) =>
    replaced(name, node, other === '??' ? `${grouped(spot, left)} ?? ${two}` : `${one} ${other} ${two}`),
  );
}

/** One of the operands of `&&` and `||` alone. */
function fewer(spot: Spot, node: Node): readonly Edit[] {
  const isLogic = node.type === 'LogicalExpression';
  const operands = isLogic ? [child(node, 'left'), child(node, 'right')] : [];
  return operands.flatMap((one) =>
    one === undefined ? [] : [replaced('condition', node, sliceOf(spot.text, one))],
  );
}

const mostIngredients = 8;

/** `c` -> `c && i`, `c || i`, and their negations. */
function further(spot: Spot, node: Node): readonly Edit[] {
  const written = grouped(spot, node);
  const names = spot.ingredients.filter((one) => !written.includes(one)).slice(0, mostIngredients);
  return names.flatMap((one) => [
    replaced('condition', node, `${written} && ${one}`),
    replaced('condition', node, `${written} && !${one}`),
    replaced('condition', node, `${written} || ${one}`),
    replaced('condition', node, `${written} || !${one}`),
  ]);
}

/** `a` -> `a != null`, and what of a type it may be. */
function stricter(spot: Spot, node: Node): readonly Edit[] {
  if (!/^(Identifier|MemberExpression)$/.test(node.type)) return [];
  const text = sliceOf(spot.text, node);
  const types = ['string', 'function', 'object'].map((type) => `typeof ${text} === '${type}'`);
  return [`${text} != null`, ...types].map((to) => replaced('condition', node, to));
}

const condition: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    tests(spot).flatMap((node) => {
      const parts = partsOf(node);
      return [
        replaced('condition', node, `!(${sliceOf(spot.text, node)})`),
        ...parts.flatMap((part) => otherOperators(spot, part, 'condition')),
        ...parts.flatMap((part) => fewer(spot, part)),
        ...parts.flatMap((part) => stricter(spot, part)),
        ...further(spot, node),
      ];
    }),
};

function partsOf(node: Node): readonly Node[] {
  const sides = /^(Logical|Binary)Expression$/.test(node.type)
    ? [child(node, 'left'), child(node, 'right')]
    : [child(node, 'argument')];
  return [node, ...sides.flatMap((side) => (side === undefined ? [] : partsOf(side)))];
}

/** What is assigned, returned, or the value of a property. */
function values({ own }: Spot): readonly Node[] {
  return own.flatMap(({ node, parent, field }) => {
    const isValue =
      (parent?.type === 'AssignmentExpression' && field === 'right') ||
      (parent?.type === 'VariableDeclarator' && field === 'init') ||
      (parent?.type === 'ReturnStatement' && field === 'argument') ||
      (parent?.type === 'Property' && field === 'value');
    return isValue ? [node] : [];
  });
}

const assigned: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    values(spot).flatMap((node) => {
      const written = grouped(spot, node);
      const others = spot.ingredients.filter((one) => one !== written);
      const names = likeFirst(others, written).slice(0, mostIngredients);
      return [
        ...partsOf(node).flatMap((part) => otherOperators(spot, part, 'assigned-value')),
        ...names.map((one) => replaced('assigned-value', node, one)),
        ...names.map((one) => replaced('assigned-value', node, `${written} || ${one}`)),
        ...names.map((one) => replaced('assigned-value', node, `${one} && ${written}`)),
        ...names.map((one) => replaced('assigned-value', node, `${one} ? ${written} : undefined`)),
      ];
    }),
};

/** Each argument left out, put in another's place, or another; one more at the end. */
const callArguments: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.own.flatMap(({ node }) => {
      const args = /^(Call|New)Expression$/.test(node.type) ? children(node, 'arguments') : [];
      const texts = args.map((arg) => sliceOf(spot.text, arg));
      const [first] = args;
      const last = args.at(-1);
      if (first === undefined || last === undefined) return [];
      const whole = { ...first, end: last.end };
      const lists = [...swapped(texts), ...dropped(texts), ...filled(texts, spot.ingredients)];
      return lists.map((list) => replaced('call-arguments', whole, list.join(', ')));
    }),
};

function swapped(texts: readonly string[]): readonly (readonly string[])[] {
  return texts
    .slice(1)
    .map((text, at) => texts.map((one, n) => (n === at ? text : n === at + 1 ? (texts[at] ?? '') : one)));
}

function dropped(texts: readonly string[]): readonly (readonly string[])[] {
  return texts.length < 2 ? [] : texts.map((_, at) => texts.filter((_one, n) => n !== at));
}

function filled(texts: readonly string[], names: readonly string[]): readonly (readonly string[])[] {
  const others = names.filter((name) => !texts.includes(name)).slice(0, mostIngredients);
  return others.flatMap((name) => [
    ...texts.map((_, at) => texts.map((one, n) => (n === at ? name : one))),
    [...texts, name],
  ]);
}

export const wrongWays: readonly Way[] = [condition, assigned, callArguments].map((way) => ({
  ...way,
  edits: (spot: Spot) => uniqueBy(way.edits(spot), ({ start, end, text }) => `${start} ${end} ${text}`),
}));
