import { child, children, identifier, type Node, property } from '../../../domain/syntax-tree.ts';
import { type Edit, grouped, inFront, replaced, uniqueBy, type Way } from '../edit.ts';
import { endOf, type Own, type Spot, sliceOf } from '../spot.ts';

/** What something is asked of: it may be missing. */
export function askedOf({
  own,
}: Spot): readonly { readonly node: Node; readonly object: Node; readonly at: Own }[] {
  return own.flatMap((at) => {
    const object = at.node.type === 'MemberExpression' ? child(at.node, 'object') : undefined;
    const isSure = object === undefined || /^(ThisExpression|Super|Literal)$/.test(object.type);
    return isSure ? [] : [{ node: at.node, object, at }];
  });
}

const written: ReadonlySet<string> = new Set(['left', 'argument']);

/** `a.b` -> `a?.b`. Nothing can be assigned to it. */
const optionalChain: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) =>
    askedOf(spot).flatMap(({ node, object, at: { parent, field } }) => {
      const isTarget =
        /^(AssignmentExpression|UpdateExpression|ForInStatement|ForOfStatement)$/.test(parent?.type ?? '') &&
        written.has(field);
      if (node.optional === true || isTarget || parent?.type === 'NewExpression') return [];
      const start = endOf(object);
      const dot = spot.text[start] === '.' ? start + 1 : start;
      if (dot === start && node.computed !== true) return [];
      return [{ name: 'optional-chain', start, end: dot, text: '?.' }];
    }),
};

/** `a.b()` -> `a.b?.()`. */
const optionalCall: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) =>
    spot.own.flatMap(({ node }) => {
      const callee = node.type === 'CallExpression' ? child(node, 'callee') : undefined;
      const start = callee && endOf(callee);
      const isPlain = start !== undefined && spot.text[start] === '(' && node.optional !== true;
      return isPlain ? [{ name: 'optional-call', start, end: start, text: '?.' }] : [];
    }),
};

/** `if (a == null) return;` before the statement, with what the function answers elsewhere: of what is asked, then of what is handed on. */
const earlyReturn: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) => {
    if (spot.owner === undefined || spot.owner.generator === true) return [];
    const handed = spot.own.flatMap(({ node, field }) => (field === 'arguments' ? [node] : []));
    const nodes = [...askedOf(spot).map(({ object }) => object), ...handed];
    const texts = nodes
      .filter(({ type }) => /^(Identifier|MemberExpression)$/.test(type))
      .map((node) => sliceOf(spot.text, node));
    const plain = uniqueBy(texts, (text) => text).filter((text) => !/[()\n]/.test(text));
    const answers = uniqueBy(['', ...spot.answers], (text) => text);
    return answers.flatMap((answer) =>
      plain.flatMap((text) =>
        inFront('early-return', spot, `if (${text} == null) return${answer === '' ? '' : ` ${answer}`};`),
      ),
    );
  },
};

/** `a.b` -> `(a ?? {}).b`. */
const defaultObject: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) =>
    askedOf(spot).map(({ node, object }) =>
      replaced('default-value', object, `(${sliceOf(spot.text, object)} ?? ${emptyFor(node)})`),
    ),
};

const ofLists =
  /^(map|filter|forEach|reduce|some|every|find|findIndex|flatMap|join|slice|push|length|concat)$/;
const ofTexts =
  /^(split|trim|toLowerCase|toUpperCase|replace|replaceAll|startsWith|endsWith|match|charAt|substring|padStart)$/;

function emptyFor(node: Node): string {
  const name = property(node) ?? '';
  if (ofTexts.test(name)) return "''";
  return ofLists.test(name) ? '[]' : '{}';
}

/** `f(a)` -> `f(a ?? '')`, and `a` that is spread or walked over. */
const defaultArgument: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) =>
    spot.own.flatMap(({ node, parent, field }) => {
      if (identifier(node) === undefined && node.type !== 'MemberExpression') return [];
      const isWalked = field === 'right' && /^For(Of|In)Statement$/.test(parent?.type ?? '');
      const isSpread = parent?.type === 'SpreadElement';
      const isArgument = field === 'arguments';
      if (!isWalked && !isSpread && !isArgument) return [];
      const empties = isArgument ? ["''", '{}'] : ['[]'];
      return empties.map((empty) =>
        replaced('default-value', node, `${sliceOf(spot.text, node)} ?? ${empty}`),
      );
    }),
};

/** `a.map(f)` -> `(Array.isArray(a) ? a : []).map(f)`. */
const arrayGuard: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) => [
    ...askedOf(spot).flatMap(({ node, object }) =>
      ofLists.test(property(node) ?? '') ? guard(spot, object) : [],
    ),
    ...spot.own.flatMap(({ node, parent, field }) =>
      parent?.type === 'ForOfStatement' && field === 'right' ? guard(spot, node) : [],
    ),
  ],
};

function guard(spot: Spot, node: Node): readonly Edit[] {
  const text = sliceOf(spot.text, node);
  // Written twice, so nothing in it may act.
  if (/[(=]|\+\+|--/.test(text)) return [];
  return [replaced('array-guard', node, `(Array.isArray(${text}) ? ${text} : [])`)];
}

/** `f()` -> `(await f())` in an async function. */
const missingAwait: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.owner?.async === true
      ? spot.own.flatMap(({ node, parent }) =>
          node.type === 'CallExpression' && parent?.type !== 'AwaitExpression'
            ? [replaced('missing-await', node, `(await ${sliceOf(spot.text, node)})`)]
            : [],
        )
      : [],
};

/** `JSON.parse(a)` that answers undefined, or null, for what is no JSON. */
const guardedParse: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) =>
    spot.own.flatMap(({ node }) => {
      const callee = node.type === 'CallExpression' ? child(node, 'callee') : undefined;
      const isParse = callee !== undefined && sliceOf(spot.text, callee) === 'JSON.parse';
      if (!isParse || children(node, 'arguments').length !== 1) return [];
      const call = grouped(spot, node);
      if (/\b(await|yield|arguments)\b/.test(call)) return [];
      return ['undefined', 'null', '{}'].map((answer) =>
        replaced('guarded-parse', node, `(() => { try { return ${call}; } catch { return ${answer}; } })()`),
      );
    }),
};

export const missingWays: readonly Way[] = [
  optionalChain,
  earlyReturn,
  defaultObject,
  defaultArgument,
  arrayGuard,
  optionalCall,
  missingAwait,
  guardedParse,
];
