import { child, children, identifier, type Node, walk } from '../../../domain/syntax-tree.ts';
import { type Edit, endOf, isFunction, methodCall, type Rewrite, replace, type Source } from './source.ts';

/** What stands for a callback that answers a copy of what it was given, with more in it. */
type Growth = { readonly source: Source; readonly name: string };

/**
 * `reduce` over copies, which takes the square of the time: `(all, x) => [...all, f(x)]` from `[]`, the same with a condition, and
 * `({ ...all, [k]: v })` from `{}`. Nobody but the callback ever holds what grows, so that it can grow in place. Keys of objects are
 * collected and defined at once: assigned one by one, `__proto__` would be no key.
 */
export function growingAccumulator(source: Source, node: Node): Rewrite | undefined {
  const found = reductionOf(source, node);
  if (found === undefined) return undefined;
  const { callback, receiver, body, name, initial } = found;
  const growth = { source, name };
  const list = isEmpty(unwrapped(initial), 'ArrayExpression') ? statementFor(growth, body, 1) : undefined;
  const typed = node.typeArguments ?? node.typeParameters;
  const isObject = isEmpty(initial, 'ObjectExpression') && typed == null;
  const entries = isObject ? entriesFor(growth, body) : undefined;
  const statement = list ?? entries?.statement;
  const start = arrowEnd(source, callback, body);
  if (statement === undefined || start === undefined || source.hasComment(start, endOf(callback)))
    return undefined;
  const text = block(source, callback, [...statement, { depth: 1, text: `return ${name};` }]);
  const grown = { start, end: endOf(callback), text };
  return {
    rule: 'growing-accumulator',
    line: source.lineOf(callback),
    before: source.textOf(callback).slice(0, 200),
    assumes: [
      ...(isList(receiver) ? [] : [`${source.textOf(receiver).slice(0, 80)} is an array`]),
      ...(entries?.assumes ?? []),
    ],
    edits: entries === undefined ? [grown] : [...collected(node, initial), grown],
  };
}

/** Around a call that gathers entries. */
function collected(node: Node, initial: Node): readonly Edit[] {
  return [
    { start: node.start, end: node.start, text: 'Object.fromEntries(' },
    replace(initial, '[]'),
    { start: endOf(node), end: endOf(node), text: ')' },
  ];
}

/** A `reduce` by an arrow function that answers one expression, whose accumulator nobody else reaches. */
function reductionOf(source: Source, node: Node) {
  const call = methodCall(node);
  const [callback, initial, ...more] = call?.args ?? [];
  if (call?.method !== 'reduce' || callback === undefined || initial === undefined || more.length > 0)
    return undefined;
  const name = identifier(children(callback, 'params')[0]);
  const body = answerOf(callback);
  if (name === undefined || body === undefined || !isPrivate(source, callback, name)) return undefined;
  return { callback, receiver: call.receiver, body, name, initial };
}

/** The one expression that an arrow function answers. */
function answerOf(callback: Node): Node | undefined {
  if (callback.type !== 'ArrowFunctionExpression' || callback.async === true) return undefined;
  const body = child(callback, 'body');
  if (body?.type !== 'BlockStatement' && body?.type !== 'FunctionBody') return unwrapped(body);
  const [only, ...more] = children(body, 'body');
  return only?.type === 'ReturnStatement' && more.length === 0 ? child(only, 'argument') : undefined;
}

/** The compiler's words for a type say nothing of the value. */
function unwrapped(node: Node | undefined): Node | undefined {
  return node?.type === 'TSAsExpression' || node?.type === 'TSSatisfiesExpression'
    ? child(node, 'expression')
    : node;
}

/** Neither another name nor `eval` reaches it; other parameters do not begin with it. */
function isPrivate(source: Source, callback: Node, name: string): boolean {
  if (source.runsText() || source.mentions('arguments').length > 0) return false;
  return children(callback, 'params')
    .slice(1)
    .every((each) => !mentionsName(each, name));
}

function mentionsName(root: Node, name: string): boolean {
  return [...walk(root)].some(({ node }) => identifier(node) === name || node.name === name);
}

function isEmpty(node: Node | undefined, type: string): boolean {
  if (node?.type !== type) return false;
  const inside = node.elements ?? node.properties;
  return Array.isArray(inside) && inside.length === 0;
}

/** What it holds may have lines of its own, which must stay as they are: they may be text. */
type Line = { readonly depth: number; readonly text: string };

/** Set as the line that the callback begins in. */
function block(source: Source, callback: Node, lines: readonly Line[]): string {
  const before = source.text.slice(0, callback.start);
  const indent = /^[ \t]*/.exec(before.slice(before.lastIndexOf('\n') + 1))?.[0] ?? '';
  const unit = /(?:^|\n)\t/.test(source.text) ? '\t' : '  ';
  const set = lines.map(({ depth, text }) => `${indent}${unit.repeat(depth)}${text}`);
  return ` {\n${set.join('\n')}\n${indent}}`;
}

/** undefined: more could happen to it. */
function statementFor(growth: Growth, answer: Node, depth: number): readonly Line[] | undefined {
  const { source, name } = growth;
  if (answer.type === 'ConditionalExpression') return conditional(growth, answer, depth);
  if (answer.type !== 'ArrayExpression' || !Array.isArray(answer.elements)) return undefined;
  const [first, ...rest] = children(answer, 'elements');
  if (rest.length === 0 || rest.length + 1 !== answer.elements.length || !isCopyOf(first, name))
    return undefined;
  if (rest.some((each) => mentionsName(each, name))) return undefined;
  return rest.map((each) => ({ depth, text: pushed(source, each, name) }));
}

function pushed(source: Source, element: Node, name: string): string {
  const inner = element.type === 'SpreadElement' ? child(element, 'argument') : undefined;
  if (inner === undefined) return `${name}.push(${source.textOf(element)});`;
  // Arguments are limited in number; a loop takes as many as there are.
  const each = source.fresh('one');
  return `for (const ${each} of ${source.textOf(inner)}) ${name}.push(${each});`;
}

function conditional(
  growth: Growth,
  { test, consequent, alternate }: Node,
  depth: number,
): readonly Line[] | undefined {
  const { source, name } = growth;
  const [asked, yes, no] = [test, consequent, alternate].map((each) => child({ ...none, each }, 'each'));
  if (asked === undefined || yes === undefined || no === undefined || mentionsName(asked, name))
    return undefined;
  const isPlain = (node: Node) => identifier(node) === name;
  const condition = source.textOf(asked);
  const [grown, text] = isPlain(no) ? [yes, condition] : [no, `!(${condition})`];
  if (!isPlain(no) && !isPlain(yes)) return undefined;
  const inner = statementFor(growth, grown, depth + 1);
  return inner && [{ depth, text: `if (${text}) {` }, ...inner, { depth, text: '}' }];
}

const none = { type: '', start: 0 };

function isCopyOf(node: Node | undefined, name: string): boolean {
  return node?.type === 'SpreadElement' && identifier(child(node, 'argument')) === name;
}

/** Keys are turned into names once all are there: of an object that is asked for its text, one could see it. */
function entriesFor(
  { source, name }: Growth,
  answer: Node,
): { statement: readonly Line[]; assumes: readonly string[] } | undefined {
  if (answer.type !== 'ObjectExpression' || !source.isGlobal('Object')) return undefined;
  const [first, ...rest] = children(answer, 'properties');
  if (rest.length === 0 || !isCopyOf(first, name) || rest.some((each) => mentionsName(each, name)))
    return undefined;
  const entries = rest.map((each) => entryOf(source, each));
  if (entries.some((entry) => entry === undefined)) return undefined;
  const computed = rest.filter((each) => each.computed === true).map((each) => child(each, 'key'));
  const unsure = computed.filter(
    (key) => key !== undefined && key.type !== 'TemplateLiteral' && key.type !== 'Literal',
  );
  const assumes = unsure.flatMap((key) =>
    key === undefined ? [] : [`${source.textOf(key).slice(0, 80)} is no object`],
  );
  return { statement: entries.map((entry) => ({ depth: 1, text: `${name}.push(${entry});` })), assumes };
}

function entryOf(source: Source, property: Node): string | undefined {
  const [key, value] = [child(property, 'key'), child(property, 'value')];
  if (property.type !== 'Property' || property.kind !== 'init' || property.method === true) return undefined;
  // A function is named after its key.
  if (key === undefined || value === undefined || isFunction(value) || value.type === 'ClassExpression')
    return undefined;
  if (property.computed === true) return `[${source.textOf(key)}, ${source.textOf(value)}]`;
  const name = identifier(key) ?? (typeof key.value === 'string' ? key.value : undefined);
  return name === undefined || name === '__proto__'
    ? undefined
    : `[${JSON.stringify(name)}, ${source.textOf(value)}]`;
}

/** Behind the arrow. */
function arrowEnd(source: Source, callback: Node, body: Node): number | undefined {
  const at = source.text.lastIndexOf('=>', body.start);
  return at < callback.start ? undefined : at + 2;
}

const makers = /^(Object\.(keys|values|entries)|Array\.(from|of))$/;

/** By its syntax alone. */
function isList(node: Node): boolean {
  const call = methodCall(node);
  const of = call && identifier(call.receiver);
  return node.type === 'ArrayExpression' || (of !== undefined && makers.test(`${of}.${call?.method}`));
}
