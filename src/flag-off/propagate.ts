import { child, children, identifier, type Node, walk } from '../domain/syntax-tree.ts';
import { assignments, bindings, mentions } from './names.ts';
import { flagLiteral, flagValue, rewrite } from './tree.ts';

/** A name that stands for a flag: `const on = false`, `let` where nothing assigns to it, `function isOn() { return false; }`. */
type Named = {
  readonly text: string;
  readonly value: boolean;
  /** Where its declaration begins; a declared function can be called before it. */
  readonly start: number;
  readonly kind: 'constant' | 'function' | 'async function';
  readonly hoisted: boolean;
};

const mostNames = 1_000;

/** One name after the other: each is gone, or nothing that can be replaced is left of it. */
export function propagateAll(program: Node): Node {
  let now = program;
  for (let name = 0; name < mostNames; name += 1) {
    const next = propagate(now);
    if (next === now) return now;
    now = next;
  }
  return now;
}

/**
 * Puts flags where names stand for them, within the block that declares the name, unless something in there has the same
 * name. One name at a time; the same program when there is none.
 */
function propagate(program: Node): Node {
  let done = false;
  return rewrite(program, (node) => {
    if (done || (node.type !== 'BlockStatement' && node.type !== 'Program')) return node;
    const replaced = propagateIn(node);
    done = replaced !== node;
    return replaced;
  });
}

function propagateIn(block: Node): Node {
  for (const statement of children(block, 'body')) {
    for (const node of [statement, ...children(statement, 'declarations')]) {
      const name = namedFlag(node, statement);
      if (name === undefined || bindings(block).get(name.text) !== 1) continue;
      if (assignments(block).has(name.text) || (!name.hoisted && mayRunBefore(block, name))) continue;
      const replaced = name.kind === 'constant' ? replaceUses(block, name) : replaceCalls(block, name);
      if (replaced !== undefined && replaced !== block) return replaced;
    }
  }
  return block;
}

function namedFlag(node: Node, parent: Node | undefined): Named | undefined {
  const text = identifier(child(node, 'id'));
  if (text === undefined) return undefined;
  const { start } = node;
  if (node.type === 'FunctionDeclaration') return flagFunction(node, { text, start, hoisted: true });
  // `var` is there before its declaration; what is assigned to is left out below.
  const isScoped = node.type === 'VariableDeclarator' && (parent?.kind === 'const' || parent?.kind === 'let');
  const init = isScoped ? child(node, 'init') : undefined;
  const value = flagValue(init);
  if (value !== undefined) return { text, value, start, kind: 'constant', hoisted: false };
  return init?.type === 'ArrowFunctionExpression'
    ? flagFunction(init, { text, start, hoisted: false })
    : undefined;
}

function flagFunction(made: Node, about: Pick<Named, 'text' | 'start' | 'hoisted'>): Named | undefined {
  const [only, ...more] = children(child(made, 'body') ?? made, 'body');
  const value =
    only?.type === 'ReturnStatement' && more.length === 0 ? flagValue(child(only, 'argument')) : undefined;
  if (value === undefined || made.generator === true || children(made, 'params').length > 0) return undefined;
  return { ...about, value, kind: made.async === true ? 'async function' : 'function' };
}

/** Whether a use comes before the declaration, or in a hoisted function that is named before it. */
function mayRunBefore(program: Node, { text, start }: Named): boolean {
  const before = new Set<string>();
  const users: string[] = [];
  for (const { node, field } of walk(program)) {
    const name = identifier(node);
    if (name !== undefined && node.start < start && field !== 'id') before.add(name);
    const declared = node.type === 'FunctionDeclaration' ? identifier(child(node, 'id')) : undefined;
    if (declared !== undefined && mentions(node).has(text) && !holds(node, start)) users.push(declared);
  }
  return before.has(text) || users.some((name) => before.has(name));
}

function holds(node: Node, start: number): boolean {
  return [...walk(node)].some(({ node: inner, field }) => field === 'declarations' && inner.start === start);
}

function replaceCalls(program: Node, { text, value, kind }: Named): Node {
  return rewrite(program, (node) => {
    const call =
      kind === 'function' ? node : node.type === 'AwaitExpression' ? child(node, 'argument') : undefined;
    const plain =
      call?.type === 'CallExpression' && call.optional !== true && children(call, 'arguments').length === 0;
    return plain && identifier(child(call, 'callee')) === text ? flagLiteral(value, node.start) : node;
  });
}

/** With the declaration gone. undefined: a use cannot be replaced by a value. */
function replaceUses(program: Node, { text, value }: Named): Node | undefined {
  const kept = new Set<Node>();
  for (const { node, parent, field } of walk(program)) {
    if (identifier(node) !== text || parent === undefined) continue;
    const isKey = (field === 'property' || field === 'key') && parent.computed !== true;
    if (/Specifier$|^Labeled|^Break|^Continue/.test(parent.type)) return undefined;
    if (isKey || parent.type === 'VariableDeclarator') kept.add(node);
  }
  const isDropped = (one: Node) =>
    identifier(child(one, 'id')) === text && flagValue(child(one, 'init')) !== undefined;
  return rewrite(program, (node) => {
    if (identifier(node) === text && !kept.has(node)) return flagLiteral(value, node.start);
    if (node.shorthand === true && identifier(child(node, 'key')) === text)
      return { ...node, shorthand: false };
    if (node.type !== 'VariableDeclaration') return node;
    const all = children(node, 'declarations');
    const left = all.filter((one) => !isDropped(one));
    if (left.length === all.length) return node;
    return left.length === 0 ? [] : { ...node, declarations: left };
  });
}
