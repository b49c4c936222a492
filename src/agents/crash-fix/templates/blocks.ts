import { child, children, identifier, type Node } from '../../../domain/syntax-tree.ts';
import { type Edit, indentOf, inFront, isListed, uniqueBy, type Way } from '../edit.ts';
import { endOf, type Spot, sliceOf } from '../spot.ts';
import { askedOf } from './missing.ts';

/* Edits of several statements, each still one range of the file. */

/** What may be asked twice without doing anything. */
function asked(spot: Spot): readonly string[] {
  const texts = askedOf(spot).map(({ object }) => sliceOf(spot.text, object));
  return uniqueBy(texts, (text) => text).filter((text) => !/[()=\n]|\+\+|--/.test(text));
}

const declares = /^(VariableDeclaration|FunctionDeclaration|ClassDeclaration)$/;

/** From the statement to the last one that is not seen from behind: `if (a != null) { … }` around them. */
const guardedBlock: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) => {
    const { statement, siblings } = spot;
    const rest = siblings.slice(siblings.indexOf(statement));
    // What a block declares is gone after it.
    const groups = declares.test(statement.type) ? [rest] : [[statement], rest];
    return uniqueBy(groups, ({ length }) => String(length)).flatMap((group) =>
      asked(spot).flatMap((text) => around(spot, group, `${text} != null`)),
    );
  },
};

function around(spot: Spot, group: readonly Node[], test: string): readonly Edit[] {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return [];
  const indent = indentOf(spot.text, first);
  const inner = spot.text.slice(first.start, endOf(last)).replaceAll(`\n${indent}`, `\n${indent}  `);
  const text = `if (${test}) {\n${indent}  ${inner}\n${indent}}`;
  return [{ name: 'guarded-block', start: first.start, end: endOf(last), text }];
}

/** `if (a == null) continue;` in a loop. */
const skip: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) =>
    spot.isInLoop
      ? asked(spot).flatMap((text) => inFront('skip', spot, `if (${text} == null) continue;`))
      : [],
};

/** `if (a == null) a = {};` before the statement, where `a` is a parameter. */
const defaultParameter: Way = {
  kind: 'template',
  mends: 'missing',
  edits: (spot) => {
    const own = spot.owner === undefined ? [] : children(spot.owner, 'params').map(identifier);
    const missing = asked(spot).filter((text) => own.includes(text));
    return missing.flatMap((text) =>
      ['{}', '[]', "''"].flatMap((empty) =>
        inFront('default-parameter', spot, `if (${text} == null) ${text} = ${empty};`),
      ),
    );
  },
};

/** Changes places with the statement before or behind it. */
const swapped: Way = {
  kind: 'template',
  mends: 'both',
  edits: ({ text, statement, siblings }) => {
    const at = siblings.indexOf(statement);
    const pairs = [siblings.slice(at - 1, at + 1), siblings.slice(at, at + 2)];
    return pairs.flatMap(([one, two]) => {
      if (one === undefined || two === undefined) return [];
      const between = text.slice(endOf(one), two.start);
      const put = `${sliceOf(text, two)}${between}${sliceOf(text, one)}`;
      return [{ name: 'moved', start: one.start, end: endOf(two), text: put }];
    });
  },
};

const mostMoved = 3;

/** One or some statements up to it move into the `if` that follows. */
const intoNext: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) => {
    const { text, statement, siblings } = spot;
    const at = siblings.indexOf(statement);
    const next = siblings[at + 1];
    const body = next?.type === 'IfStatement' ? child(next, 'consequent') : undefined;
    if (next === undefined || body?.type !== 'BlockStatement') return [];
    return Array.from({ length: Math.min(mostMoved, at + 1) }, (_, more) =>
      siblings.slice(at - more, at + 1),
    ).map((moved) => {
      const start = moved[0]?.start ?? statement.start;
      const indent = indentOf(text, statement);
      const lines = text.slice(start, endOf(statement)).replaceAll(`\n${indent}`, `\n${indent}  `);
      const head = text.slice(next.start, body.start + 1);
      const tail = text.slice(body.start + 1, endOf(next));
      return { name: 'moved', start, end: endOf(next), text: `${head}\n${indent}  ${lines}${tail}` };
    });
  },
};

/** `if (a) b();` -> `b();` */
const unwrapped: Way = {
  kind: 'template',
  mends: 'both',
  edits: (spot) => {
    const { text, statement } = spot;
    const body = child(statement, 'consequent');
    const hasElse = child(statement, 'alternate') !== undefined;
    if (statement.type !== 'IfStatement' || body === undefined || hasElse || !isListed(spot)) return [];
    const inner = body.type === 'BlockStatement' ? children(body, 'body') : [body];
    const [first, last] = [inner[0], inner.at(-1)];
    if (first === undefined || last === undefined) return [];
    const [from, to] = [indentOf(text, first), indentOf(text, statement)];
    const put = text.slice(first.start, endOf(last)).replaceAll(`\n${from}`, `\n${to}`);
    return [{ name: 'unwrapped', start: statement.start, end: endOf(statement), text: put }];
  },
};

/** An `else` that answers as the function does elsewhere. */
const missingElse: Way = {
  kind: 'template',
  mends: 'both',
  edits: ({ statement, owner, answers }) => {
    const isWhole = statement.type === 'IfStatement' && child(statement, 'alternate') === undefined;
    if (!isWhole || owner === undefined) return [];
    const end = endOf(statement);
    return answers.map((answer) => ({
      ...{ name: 'missing-else', start: end, end },
      text: ` else return${answer === '' ? '' : ` ${answer}`};`,
    }));
  },
};

export const blockWays: readonly Way[] = [skip, defaultParameter, guardedBlock];
export const movedWays: readonly Way[] = [unwrapped, intoNext, swapped, missingElse];
