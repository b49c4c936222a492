import { identifier, type Node, property } from '../../domain/syntax-tree.ts';
import { type Edit, indentOf, inFront, isListed, replaced, type Way } from './edit.ts';
import { endOf, type Spot, sliceOf } from './spot.ts';
import { otherOperators } from './templates/wrong.ts';

const way = (edits: Way['edits']): Way => ({ kind: 'mutation', mends: 'both', edits });

const operators = way((spot) => spot.own.flatMap(({ node }) => otherOperators(spot, node, 'operator')));

const literals = way((spot) =>
  spot.own.flatMap(({ node }) =>
    node.type === 'Literal' ? otherLiterals(node).map((text) => replaced('literal', node, text)) : [],
  ),
);

function otherLiterals({ value }: Node): readonly string[] {
  if (typeof value === 'boolean') return [String(!value)];
  if (typeof value === 'number') return [String(value + 1), String(value - 1)];
  return value === null ? ['undefined'] : [];
}

const mostNames = 6;

/** A name in another's place. */
const names = way((spot) =>
  spot.own.flatMap(({ node, parent, field }) => {
    const isRead = identifier(node) !== undefined && field !== 'property' && field !== 'key';
    if (!isRead || field === 'callee' || field === 'id' || parent?.shorthand === true) return [];
    const others = spot.ingredients.filter((one) => /^[\w$]+$/.test(one) && one !== identifier(node));
    return others.slice(0, mostNames).map((one) => replaced('name', node, one));
  }),
);

/** Another member of the same, which the function uses elsewhere. */
const members = way((spot) =>
  spot.own.flatMap(({ node }) => {
    const own = property(node);
    if (own === undefined || node.computed === true) return [];
    const written = sliceOf(spot.text, node);
    const object = written.slice(0, written.length - own.length);
    const others = spot.ingredients.filter((one) => one.startsWith(object) && one !== written);
    return others.slice(0, mostNames).map((one) => replaced('member', node, one));
  }),
);

const negations = way((spot) =>
  spot.own.flatMap(({ node, parent }) =>
    node.type === 'UnaryExpression' && node.operator === '!' && parent !== undefined
      ? [replaced('negation', node, sliceOf(spot.text, node).slice(1))]
      : [],
  ),
);

/** The statement, only where something holds; or not at all. */
const guards = way((spot) => {
  const { statement, text } = spot;
  if (!/^(Expression|Return|Throw)Statement$/.test(statement.type)) return [];
  const whole = sliceOf(text, statement);
  const guarded = spot.ingredients
    .slice(0, mostNames)
    .flatMap((one) => [
      replaced('guard', statement, `if (${one}) ${whole}`),
      replaced('guard', statement, `if (!${one}) ${whole}`),
    ]);
  return statement.type === 'ExpressionStatement' ? [...removal(spot), ...guarded] : guarded;
});

/** With its line, where nothing else stands there. */
function removal(spot: Spot): readonly Edit[] {
  const { statement, text } = spot;
  const [start, end] = [statement.start, endOf(statement)];
  if (!isListed(spot)) return [{ name: 'removal', start, end, text: ';' }];
  const from = start - indentOf(text, statement).length;
  const isWholeLine = (from === 0 || text[from - 1] === '\n') && text[end] === '\n';
  return [{ name: 'removal', start: isWholeLine ? from : start, end: isWholeLine ? end + 1 : end, text: '' }];
}

/** An early end where something holds, with what the function answers elsewhere. */
const ends = way((spot: Spot) => {
  if (spot.owner === undefined) return [];
  const answers = spot.answers.length === 0 ? [''] : spot.answers.slice(0, 3);
  return spot.ingredients
    .slice(0, 4)
    .flatMap((one) =>
      answers.flatMap((answer) => [
        ...inFront('early-end', spot, `if (${one}) return ${answer};`),
        ...inFront('early-end', spot, `if (!${one}) return ${answer};`),
      ]),
    );
});

export const mutations: readonly Way[] = [operators, literals, negations, names, members, guards, ends];
