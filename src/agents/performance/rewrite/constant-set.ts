import { child, identifier, type Node } from '../../../domain/syntax-tree.ts';
import { type Hoist, methodCall, primitivesOf, type Rewrite, replace, type Source } from './source.ts';

/** A set costs more than a list for a few. */
const least = 5;

/** A list of constants that is only ever asked whether it includes something. A set compares in the same way: NaN is NaN, 0 is -0. */
export function constantSet(source: Source, node: Node, hoist: Hoist): Rewrite | undefined {
  const call = methodCall(node);
  if (call?.method !== 'includes' || call.args.length !== 1 || call.args[0]?.type === 'SpreadElement')
    return undefined;
  if (!source.isGlobal('Set')) return undefined;
  return isLong(call.receiver) ? inPlace(source, node, hoist) : ofDeclared(source, node, call.receiver);
}

function isLong(node: Node | undefined): boolean {
  return (primitivesOf(node)?.length ?? 0) >= least;
}

function inPlace(source: Source, node: Node, hoist: Hoist): Rewrite | undefined {
  const receiver = methodCall(node)?.receiver;
  if (receiver === undefined) return undefined;
  const name = source.fresh(`${hoist.base}Set`);
  const before = source.textOf(receiver);
  return {
    rule: 'constant-set',
    line: source.lineOf(node),
    before,
    assumes: hoist.assumes,
    declares: `const ${name} = new Set(${before});`,
    edits: [replace(receiver, name), ...methodEdit(node)],
  };
}

/** Declared in this file, for nobody else: each mention of the name has to be such a question. */
function ofDeclared(source: Source, node: Node, receiver: Node): Rewrite | undefined {
  const name = identifier(receiver);
  if (name === undefined || source.bindings(name) !== 1 || source.runsText()) return undefined;
  const mentions = source.mentions(name);
  const declared = mentions.map((each) => listDeclaredAs(source, each)).find((each) => each !== undefined);
  if (declared === undefined) return undefined;
  const questions = mentions.flatMap((each) => questionOf(source, each) ?? []);
  if (questions.length !== mentions.length - 1) return undefined;
  return {
    rule: 'constant-set',
    line: source.lineOf(node),
    before: `${name} = ${source.textOf(declared)}`,
    assumes: [],
    edits: [replace(declared, `new Set(${source.textOf(declared)})`), ...questions.flatMap(methodEdit)],
  };
}

/** The list of `const NAME = [...]` without a type, and not exported where it stands. */
function listDeclaredAs(source: Source, mention: Node): Node | undefined {
  const { parent: declarator, field } = source.placeOf(mention);
  if (declarator?.type !== 'VariableDeclarator' || field !== 'id' || mention.typeAnnotation != null)
    return undefined;
  const { parent: declaration } = source.placeOf(declarator);
  const { parent: around } = declaration === undefined ? { parent: undefined } : source.placeOf(declaration);
  const init = child(declarator, 'init');
  const isOwn = declaration?.kind === 'const' && around?.type !== 'ExportNamedDeclaration';
  return isOwn && isLong(init) ? init : undefined;
}

/** The call in `NAME.includes(x)`; undefined: something else is done with it. */
function questionOf(source: Source, mention: Node): Node | undefined {
  const { parent: member, field } = source.placeOf(mention);
  if (member?.type !== 'MemberExpression' || field !== 'object') return undefined;
  const { parent: node } = source.placeOf(member);
  const call = methodCall(node);
  const isQuestion = call?.receiver === mention && call.method === 'includes' && call.args.length === 1;
  return isQuestion && call.args[0]?.type !== 'SpreadElement' ? node : undefined;
}

function methodEdit(call: Node) {
  const property = child(child(call, 'callee'), 'property');
  return property === undefined ? [] : [replace(property, 'has')];
}
