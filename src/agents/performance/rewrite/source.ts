import type { Rewritten } from '../../../domain/performance.ts';
import { child, children, identifier, type Node, walk } from '../../../domain/syntax-tree.ts';
import { bindings } from '../../../flag-off/names.ts';

/** What stands at a place instead. */
export type Edit = { readonly start: number; readonly end: number; readonly text: string };

export type Rewrite = Rewritten & {
  readonly edits: readonly Edit[];
  /** A statement for the top of the file. */
  readonly declares?: string;
};

/** For what moves to the top of the file. */
export type Hoist = {
  /** Names begin with it. */
  readonly base: string;
  readonly assumes: readonly string[];
};

type Place = { readonly parent: Node | undefined; readonly field: string };

/** A file with what the rules ask of it. */
export class Source {
  readonly text: string;
  readonly program: Node;
  readonly isModule: boolean;
  readonly #places = new Map<Node, Place>();
  readonly #mentions = new Map<string, Node[]>();
  readonly #bindings: ReadonlyMap<string, number>;
  readonly #comments: readonly { readonly start: number; readonly end: number }[];
  readonly #fresh = new Set<string>();

  constructor(
    text: string,
    program: Node,
    comments: readonly { readonly start: number; readonly end: number }[],
  ) {
    this.text = text;
    this.program = program;
    this.#comments = comments;
    this.#bindings = bindings(program);
    for (const { node, parent, field } of walk(program)) {
      this.#places.set(node, { parent, field });
      const name = identifier(node) ?? (node.type === 'JSXIdentifier' ? String(node.name) : undefined);
      if (name !== undefined) this.#mentions.set(name, [...(this.#mentions.get(name) ?? []), node]);
    }
    this.isModule = children(program, 'body').some(({ type }) => /^(Import|Export)/.test(type));
  }

  placeOf(node: Node): Place {
    return this.#places.get(node) ?? { parent: undefined, field: '' };
  }

  /** Each node with that name, keys and properties included. */
  mentions(name: string): readonly Node[] {
    return this.#mentions.get(name) ?? [];
  }

  /** How often it is declared, in any scope. */
  bindings(name: string): number {
    return this.#bindings.get(name) ?? 0;
  }

  /** Whether the name can only be the language's own. */
  isGlobal(name: string): boolean {
    return this.bindings(name) === 0 && this.bindings('globalThis') === 0;
  }

  /** Text that runs as code may do anything with whatever it sees. */
  runsText(): boolean {
    return this.mentions('eval').length > 0;
  }

  /** As it may stand in a list: the brackets around are no part of a node. */
  textOf(node: Node): string {
    const text = this.text.slice(node.start, endOf(node));
    return node.type === 'SequenceExpression' ? `(${text})` : text;
  }

  lineOf(node: Node): number {
    return this.text.slice(0, node.start).split('\n').length;
  }

  /** Rewriting would lose them. */
  hasComment(start: number, end: number): boolean {
    return this.#comments.some((comment) => comment.start < end && comment.end > start);
  }

  /** A name that stands nowhere in the file. */
  fresh(wanted: string): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted}${number}`;
      if (this.#mentions.has(name) || this.#fresh.has(name) || reserved.has(name)) continue;
      this.#fresh.add(name);
      return name;
    }
  }

  /** Where what is declared is there for all that runs later; undefined: there is no such line. */
  top(): number | undefined {
    const leading: Node[] = [];
    for (const statement of children(this.program, 'body')) {
      if (!isLoading(statement)) break;
      leading.push(statement);
    }
    const last = leading.at(-1);
    if (last === undefined) return /^#!.*\n/.exec(this.text)?.[0].length ?? 0;
    const rest = /^[ \t]*(\/\/[^\n]*)?(?=\n|$)/.exec(this.text.slice(endOf(last)));
    return rest === null ? undefined : endOf(last) + rest[0].length;
  }
}

const reserved = new Set([
  'each',
  'arguments',
  'eval',
  'undefined',
  'NaN',
  'Infinity',
  'Set',
  'Object',
  'RegExp',
]);

export function replace(node: Node, text: string): Edit {
  return { start: node.start, end: endOf(node), text };
}

export function endOf(node: Node): number {
  return Number(node.end);
}

export function isFunction({ type }: Node): boolean {
  return (
    type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'
  );
}

/** Directives, imports, and what only asks for another module: none of it can call a function of this file that others have. */
function isLoading(statement: Node): boolean {
  if (statement.type === 'ImportDeclaration') return true;
  if (statement.type === 'ExpressionStatement') return typeof statement.directive === 'string';
  if (statement.type !== 'VariableDeclaration') return false;
  return children(statement, 'declarations').every((one) => isRequire(child(one, 'init')));
}

function isRequire(node: Node | undefined): boolean {
  if (node?.type === 'MemberExpression') return isRequire(child(node, 'object'));
  if (node?.type !== 'CallExpression' || identifier(child(node, 'callee')) !== 'require') return false;
  return children(node, 'arguments').every(({ type }) => type === 'Literal');
}

/** Text, number, boolean, big integer or null: whoever holds it can change nothing of it. */
export function isPrimitive(node: Node | undefined): boolean {
  if (node?.type === 'UnaryExpression' && node.operator === '-')
    return typeof child(node, 'argument')?.value === 'number';
  return node?.type === 'Literal' && node.regex === undefined;
}

/** A list of primitives, without holes. */
export function primitivesOf(node: Node | undefined): readonly Node[] | undefined {
  if (node?.type !== 'ArrayExpression' || !Array.isArray(node.elements)) return undefined;
  const elements = children(node, 'elements');
  return elements.length === node.elements.length && elements.every(isPrimitive) ? elements : undefined;
}

/** The call of a member by its plain name, such as `a.includes(b)`; undefined: it is none. */
export function methodCall(node: Node | undefined) {
  const callee = child(node, 'callee');
  if (node?.type !== 'CallExpression' || callee?.type !== 'MemberExpression') return undefined;
  const method = identifier(child(callee, 'property'));
  const receiver = child(callee, 'object');
  const isPlain = callee.computed !== true && callee.optional !== true && node.optional !== true;
  if (!isPlain || method === undefined || receiver === undefined) return undefined;
  return { method, receiver, args: children(node, 'arguments') };
}
