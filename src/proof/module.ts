import { child, children, identifier, isNode, type Node, walk } from '../domain/syntax-tree.ts';
import type { Parsed } from './parsed.ts';
import { type Tag, tagsOf } from './tags.ts';

/** The top level of a file, by name. */
export type Module = {
  /** Statements that declare a name, without their `export`. More than one: it cannot be told which is meant. */
  readonly declared: ReadonlyMap<string, readonly Node[]>;
  /** Names, of any scope, that something in the file assigns to. */
  readonly assigned: ReadonlySet<string>;
  /** By function. */
  readonly tags: ReadonlyMap<string, Tag>;
  /** Offsets of `@critical` tags that belong to no function of the top level. */
  readonly looseTags: readonly number[];
  readonly text: string;
};

export function readModule(parsed: Parsed): Module {
  const statements = children(parsed.program, 'body').map((statement) => ({
    statement,
    inner: exported(statement),
  }));
  const declared = new Map<string, Node[]>();
  for (const { inner } of statements)
    for (const [name, node] of namesOf(inner)) declared.set(name, [...(declared.get(name) ?? []), node]);
  const tags = new Map<string, Tag>();
  const looseTags: number[] = [];
  const starts = statements.map(({ statement, inner }) => ({
    start: statement.start,
    name: functionName(inner),
  }));
  for (const tag of tagsOf(parsed)) {
    const at = starts.find(({ start }) => start === tag.of);
    if (at?.name === undefined || tags.has(at.name)) looseTags.push(tag.start);
    else tags.set(at.name, tag);
  }
  return { declared, assigned: assignedNames(parsed.program), tags, looseTags, text: parsed.text };
}

function exported(statement: Node): Node {
  const isExport =
    statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
  return (isExport ? child(statement, 'declaration') : undefined) ?? statement;
}

function namesOf(node: Node): readonly (readonly [string, Node])[] {
  if (node.type === 'ImportDeclaration')
    return children(node, 'specifiers').flatMap((one) => named(child(one, 'local'), node));
  if (node.type !== 'VariableDeclaration') return named(child(node, 'id'), node);
  return children(node, 'declarations').flatMap((one) => {
    const id = child(one, 'id');
    // A pattern: too many names rather than too few.
    const ids =
      id === undefined || id.type === 'Identifier' ? [id] : [...walk(id)].map((inner) => inner.node);
    return ids.flatMap((inner) => named(inner, node));
  });
}

function named(id: Node | undefined, node: Node): readonly (readonly [string, Node])[] {
  const name = identifier(id);
  return name === undefined ? [] : [[name, node]];
}

/** The name of `function f() {}` or `const f = () => …`, alone in its statement. */
function functionName(node: Node): string | undefined {
  if (node.type === 'FunctionDeclaration') return identifier(child(node, 'id'));
  const [only, ...more] = node.type === 'VariableDeclaration' ? children(node, 'declarations') : [];
  if (only === undefined || more.length > 0 || !isFunction(child(only, 'init'))) return undefined;
  return identifier(child(only, 'id'));
}

function isFunction(node: Node | undefined): boolean {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';
}

/** The function that a name of the top level stands for; undefined: none, or it cannot be told which. */
export function functionNamed({ declared }: Pick<Module, 'declared'>, name: string): Node | undefined {
  const [node, ...more] = declared.get(name) ?? [];
  if (node === undefined || more.length > 0 || functionName(node) !== name) return undefined;
  return node.type === 'FunctionDeclaration' ? node : child(children(node, 'declarations')[0], 'init');
}

const writes = new Map([
  ['AssignmentExpression', 'left'],
  ['UpdateExpression', 'argument'],
  ['ForInStatement', 'left'],
  ['ForOfStatement', 'left'],
]);

/**
 * Too many rather than too few: `a[b] = 1` counts for a and b, so `Math.floor = f` counts for Math; so does whatever
 * may reach the top level from a block (`{ var Math; }`).
 */
function assignedNames(program: Node): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { node, parent } of walk(program)) {
    const hoists = node.type === 'FunctionDeclaration' && !isTopLevel(parent);
    const declares = node.type === 'VariableDeclarator' && parent?.kind === 'var';
    const field = hoists || declares ? 'id' : writes.get(node.type);
    const target = field === undefined ? undefined : node[field];
    if (!isNode(target)) continue;
    for (const inner of walk(target)) {
      const name = identifier(inner.node);
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}

function isTopLevel(parent: Node | undefined): boolean {
  return parent === undefined || parent.type === 'Program' || parent.type.startsWith('Export');
}

/** From 1. */
export function lineOf({ text }: Pick<Module, 'text'>, at: number | undefined): number {
  return text.slice(0, at ?? 0).split('\n').length;
}
