import { child, children, identifier, type Node, walk } from '../../../domain/syntax-tree.ts';
import { assignments, bindings } from '../../../flag-off/names.ts';
import { removeLines, withComments } from './lines.ts';
import { type Edit, endOf, flagAt, markOf, type Written } from './written.ts';

/* Names that stand for the flag: a constant, or a function that answers nothing else. */

type Scope = { readonly block: Node; readonly name: string };

/** `const on = ...`, with all its uses; or one that stands only for itself any more. */
export function flagConstant(written: Written, node: Node): readonly Edit[] | undefined {
  if (node.type !== 'VariableDeclarator') return undefined;
  const name = identifier(child(node, 'id'));
  const value = flagAt(written, child(node, 'init'));
  const declaration = written.placeOf(node)?.parent;
  const block = declaration === undefined ? undefined : written.placeOf(declaration)?.parent;
  if (name === undefined || value === undefined || declaration === undefined || block === undefined)
    return undefined;
  if ((declaration.kind !== 'const' && declaration.kind !== 'let') || !isBlock(block)) return undefined;
  const scope = { block, name };
  if (!isSole(scope)) return undefined;
  const uses = usesOf(scope);
  const edits = uses?.map((use) => useEdit(use, name, markOf(written.marks, value)));
  return edits && [...edits, withoutDeclarator(written, declaration, node)];
}

/** Calls of `function isOn() { return ...; }`, or awaited ones where it is async. */
export function flagFunction(written: Written, node: Node): readonly Edit[] | undefined {
  const made = madeFunction(written, node);
  const statement = node.type === 'VariableDeclarator' ? written.placeOf(node)?.parent : node;
  const block = statement === undefined ? undefined : written.placeOf(statement)?.parent;
  const name = identifier(child(node, 'id'));
  const value = made === undefined ? undefined : answerOf(written, made);
  if (made === undefined || name === undefined || value === undefined || block === undefined)
    return undefined;
  const scope = { block, name };
  if (!isBlock(block) || !isSole(scope)) return undefined;
  const calls = [...walk(block)].flatMap(({ node: call, parent }) => {
    if (!isPlainCall(call, name)) return [];
    if (made.async !== true) return [call];
    return parent?.type === 'AwaitExpression' ? [parent] : [];
  });
  if (calls.length === 0) return undefined;
  return calls.map((call) => ({ start: call.start, end: endOf(call), text: markOf(written.marks, value) }));
}

/** The value that a function answers, whatever happens; undefined: it does more. */
export function answerOf(written: Pick<Written, 'marks'>, made: Node): boolean | undefined {
  if (made.generator === true || children(made, 'params').length > 0) return undefined;
  const body = child(made, 'body');
  if (body?.type !== 'BlockStatement') return flagAt(written, body);
  const [only, ...more] = children(body, 'body');
  return only?.type === 'ReturnStatement' && more.length === 0
    ? flagAt(written, child(only, 'argument'))
    : undefined;
}

function madeFunction(written: Written, node: Node): Node | undefined {
  if (node.type === 'FunctionDeclaration') return node;
  const init = node.type === 'VariableDeclarator' ? child(node, 'init') : undefined;
  const isConstant = written.placeOf(node)?.parent.kind === 'const';
  return isConstant && init?.type === 'ArrowFunctionExpression' ? init : undefined;
}

function isBlock({ type }: Node): boolean {
  return type === 'Program' || type === 'BlockStatement';
}

function isSole({ block, name }: Scope): boolean {
  return bindings(block).get(name) === 1 && !assignments(block).has(name);
}

function isPlainCall(node: Node, name: string): boolean {
  const plain = node.type === 'CallExpression' && node.optional !== true;
  return plain && children(node, 'arguments').length === 0 && identifier(child(node, 'callee')) === name;
}

/** undefined: one of them cannot be replaced by a value. */
function usesOf({ block, name }: Scope): readonly Node[] | undefined {
  const uses: Node[] = [];
  for (const { node, parent, field } of walk(block)) {
    const isKey = (field === 'property' || field === 'key') && parent?.computed !== true;
    if (node.shorthand === true && identifier(child(node, 'key')) === name) uses.push(node);
    if (identifier(node) !== name || parent === undefined || isKey || parent.shorthand === true) continue;
    if (/Specifier$|^Labeled|^Break|^Continue|^TSTypeQuery/.test(parent.type)) return undefined;
    if (!(parent.type === 'VariableDeclarator' && field === 'id')) uses.push(node);
  }
  return uses;
}

function useEdit(use: Node, name: string, mark: string): Edit {
  const text = use.shorthand === true ? `${name}: ${mark}` : mark;
  return { start: use.start, end: endOf(use), text };
}

function withoutDeclarator({ text }: Written, declaration: Node, node: Node): Edit {
  const all = children(declaration, 'declarations');
  const at = all.indexOf(node);
  const [before, after] = [all[at - 1], all[at + 1]];
  if (before !== undefined) return { start: endOf(before), end: endOf(node), text: '' };
  if (after !== undefined) return { start: node.start, end: after.start, text: '' };
  return removeLines(text, withComments(text, { start: declaration.start, end: endOf(declaration) }));
}
