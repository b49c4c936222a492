import { child, children, identifier, type Node, walk } from '../../../domain/syntax-tree.ts';
import { type Edit, likeFirst, replaced, uniqueBy, type Way } from '../edit.ts';
import { inTurn } from '../rank.ts';
import { endOf, isValue, sliceOf } from '../spot.ts';

const most = { literals: 4, names: 4, others: 6 } as const;
const isLiteral = (text: string) => /^['"\d]|^(true|false|null)$/.test(text);

/** `a === 'x'` -> `(a === 'x' || a === 'y')`, of literals that stand nearby; of `!==`: `&&`. */
const widerComparison: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.own.flatMap(({ node }) => {
      const joint = /^[!=]==?$/.test(String(node.operator))
        ? String(node.operator)[0] === '!'
          ? '&&'
          : '||'
        : undefined;
      const sides = [child(node, 'left'), child(node, 'right')];
      const literal = sides.find((side) => side?.type === 'Literal');
      if (joint === undefined || literal === undefined || node.type !== 'BinaryExpression') return [];
      const [own, whole] = [sliceOf(spot.text, literal), sliceOf(spot.text, node)];
      const others = spot.literals
        .filter((one) => one !== own && kindOf(one) === kindOf(own))
        .slice(0, most.literals);
      return others.map((one) => {
        const at = literal.start - node.start;
        const other = `${whole.slice(0, at)}${one}${whole.slice(at + own.length)}`;
        return replaced('wider-comparison', node, `(${whole} ${joint} ${other})`);
      });
    }),
};

const kindOf = (literal: string) =>
  /^['"]/.test(literal) ? 'text' : /^\d/.test(literal) ? 'number' : 'word';

/** `isNone(a)` -> `(isNone(a) || isNone(a.b))` in a condition. */
const samePredicate: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.own.flatMap(({ node, field }) => {
      const [argument, more] = children(node, 'arguments');
      const isTest = field === 'test' || field === 'left' || field === 'right';
      if (node.type !== 'CallExpression' || argument === undefined || more !== undefined || !isTest)
        return [];
      const [own, whole] = [sliceOf(spot.text, argument), sliceOf(spot.text, node)];
      const members = spot.ingredients.filter((one) => one.startsWith(`${own}.`));
      const others = uniqueBy([...members, ...spot.ingredients], (one) => one).filter((one) => one !== own);
      const at = argument.start - node.start;
      return others.slice(0, most.names).flatMap((one) => {
        const other = `${whole.slice(0, at)}${one}${whole.slice(at + own.length)}`;
        return ['||', '&&'].map((joint) => replaced('same-predicate', node, `(${whole} ${joint} ${other})`));
      });
    }),
};

/** One more argument at the end, or another literal in one's place. */
const literalArguments: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.own.flatMap(({ node }) => {
      const last = /^(Call|New)Expression$/.test(node.type) ? children(node, 'arguments').at(-1) : undefined;
      if (last === undefined || last.type === 'SpreadElement') return [];
      const near = spot.literals.filter(isLiteral).slice(0, 2);
      const texts = uniqueBy(['0', 'true', 'false', 'null', '{}', ...near], (one) => one);
      const end = endOf(last);
      return texts.map((one) => ({ name: 'added-argument', start: end, end, text: `, ${one}` }));
    }),
};

/** `f(a)` -> `(a.length > 0 ? f(a) : false)`: what is computed of something empty. */
const notOfEmpty: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.own.flatMap(({ node, field }) => {
      const isValueOf = field === 'init' || field === 'right' || field === 'argument';
      const names = children(node, 'arguments').flatMap((one) => identifier(one) ?? []);
      if (node.type !== 'CallExpression' || !isValueOf) return [];
      return names.flatMap((name) =>
        ['false', 'undefined', 'null'].map((other) =>
          replaced('not-of-empty', node, `${name}.length > 0 ? ${sliceOf(spot.text, node)} : ${other}`),
        ),
      );
    }),
};

/** Flags, anchors, how often, and what is any character. */
const patterns: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.own.flatMap(({ node }) => {
      const { regex } = node;
      if (typeof regex !== 'object' || regex === null || !('pattern' in regex) || !('flags' in regex))
        return [];
      const [pattern, flags] = [String(regex.pattern), String(regex.flags)];
      const others = otherPatterns(pattern).filter((one) => one !== pattern && one !== '');
      return [
        ...others.map((one) => `/${one}/${flags}`),
        ...['i', 'g', 'm', 's'].map(
          (flag) => `/${pattern}/${flags.includes(flag) ? flags.replace(flag, '') : flags + flag}`,
        ),
      ].map((text) => replaced('pattern', node, text));
    }),
};

function otherPatterns(pattern: string): readonly string[] {
  const at = (find: RegExp, by: string) =>
    [...pattern.matchAll(find)]
      .slice(0, 3)
      .map(({ index, 0: found }) => pattern.slice(0, index) + by + pattern.slice(index + found.length));
  return [
    pattern.startsWith('^') ? pattern.slice(1) : `^${pattern}`,
    pattern.endsWith('$') ? pattern.slice(0, -1) : `${pattern}$`,
    ...at(/(?<=[\w\])])\+(?!\?)/g, '*'),
    ...at(/(?<=[\w\])])\*(?!\?)/g, '+'),
    ...at(/(?<=[+*])(?!\?)/g, '?'),
    ...at(/(?<!\\)\.(?![*+])/g, '\\.'),
    ...at(/(?<!\\)\.(?=[*+])/g, '[\\s\\S]'),
  ];
}

/** Another variable of the function wherever one is read, from here to its end. */
const nameThroughout: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) => {
    const { text, outer, statement } = spot;
    if (outer === undefined) return [];
    const declared = declaredIn(outer, statement.start);
    const reads = readsFrom(outer, statement.start);
    const byName = declared.map((name) => {
      const places = reads.filter((node) => identifier(node) === name);
      const isHere = places.some((node) => node.start < endOf(statement));
      const others = likeFirst(declared, name).filter((one) => one !== name);
      return isHere && places.length > 1
        ? others.slice(0, most.others).map((one) => throughout(text, places, one))
        : [];
    });
    return inTurn(byName);
  },
};

/** Nearest first. */
function declaredIn(scope: Node, at: number): readonly string[] {
  const found = [...walk(scope)].flatMap(({ node, parent, field }) => {
    const isDeclared = field === 'params' || (parent?.type === 'VariableDeclarator' && field === 'id');
    const name = isDeclared ? identifier(node) : undefined;
    return name === undefined ? [] : [{ name, away: Math.abs(node.start - at) }];
  });
  const near = found.toSorted((one, other) => one.away - other.away).map(({ name }) => name);
  return uniqueBy(near, (name) => name);
}

function isTarget(parent: Node | undefined, field: string): boolean {
  return ['id', 'params'].includes(field) || (parent?.type === 'AssignmentExpression' && field === 'left');
}

function readsFrom(scope: Node, from: number): readonly Node[] {
  const found = [...walk(scope)].flatMap(({ node, parent, field }) => {
    const isRead = identifier(node) !== undefined && isValue(parent, field) && !isTarget(parent, field);
    return isRead && node.start >= from && parent?.shorthand !== true ? [node] : [];
  });
  return found.toSorted((one, other) => one.start - other.start);
}

function throughout(text: string, places: readonly Node[], by: string): Edit {
  const start = places[0]?.start ?? 0;
  let [put, at] = ['', start];
  for (const place of places) {
    put += text.slice(at, place.start) + by;
    at = endOf(place);
  }
  return { name: 'name-throughout', start, end: at, text: put };
}

export const widerWays: readonly Way[] = [
  widerComparison,
  samePredicate,
  literalArguments,
  nameThroughout,
  patterns,
  notOfEmpty,
];
