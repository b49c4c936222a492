import {
  child,
  children,
  constant,
  identifier,
  type Node,
  property,
  walk,
} from '../../domain/syntax-tree.ts';
import { bindings } from '../names.ts';
import { importedFrom } from './package-names.ts';

/** What a statement tells a test runner. */
export type TestCall =
  | { readonly kind: 'case'; readonly title: string }
  | { readonly kind: 'group'; readonly title: string; readonly block: Node }
  | { readonly kind: 'hook' };

export type PlacedCase = { readonly node: Node; readonly titles: readonly string[] };

const kinds: ReadonlyMap<string, TestCall['kind']> = new Map([
  ...['test', 'it', 'specify'].map((name) => [name, 'case'] as const),
  ...['describe', 'suite', 'context'].map((name) => [name, 'group'] as const),
  ...['before', 'after', 'beforeEach', 'afterEach', 'beforeAll', 'afterAll'].map(
    (name) => [name, 'hook'] as const,
  ),
]);

/** The test cases, groups and hooks of one file, as far as they are plain: a runner's name, a title that is a text, a function. */
export class TestCalls {
  readonly #bound: ReadonlyMap<string, number>;
  readonly #imported: ReadonlySet<string>;

  constructor(program: Node) {
    this.#bound = bindings(program);
    this.#imported = new Set(children(program, 'body').flatMap(importedFrom));
  }

  /** undefined: it is none, or not a plain one. */
  read(statement: Node): TestCall | undefined {
    const call =
      statement.type === 'ExpressionStatement' ? bareCall(child(statement, 'expression')) : undefined;
    const kind = call && this.#kindOf(child(call, 'callee'));
    if (call === undefined || kind === undefined) return undefined;
    if (kind === 'hook') return { kind };
    const [first, ...rest] = children(call, 'arguments');
    const title = constant(first);
    const run = rest.find(({ type }) => type === 'ArrowFunctionExpression' || type === 'FunctionExpression');
    if (title === undefined || run === undefined) return undefined;
    if (kind === 'case') return { kind, title };
    const block = child(run, 'body');
    return block?.type === 'BlockStatement' ? { kind, title, block } : undefined;
  }

  /** All of them in these statements, those of groups included. */
  casesIn(statements: readonly Node[], titles: readonly string[] = []): readonly PlacedCase[] {
    return statements.flatMap((node): readonly PlacedCase[] => {
      const call = this.read(node);
      if (call?.kind === 'case') return [{ node, titles: [...titles, call.title] }];
      return call?.kind === 'group'
        ? this.casesIn(children(call.block, 'body'), [...titles, call.title])
        : [];
    });
  }

  /** The first of these statements that cannot go with the group, or the file, whose tests all go; undefined: all can. */
  strangerIn(statements: readonly Node[]): Node | undefined {
    for (const statement of statements) {
      const call = this.read(statement);
      if (call?.kind === 'group') {
        const inner = this.strangerIn(children(call.block, 'body'));
        if (inner !== undefined) return inner;
      } else if (call === undefined && !this.#isPartOfTests(statement)) return statement;
    }
    return undefined;
  }

  #isPartOfTests(statement: Node): boolean {
    if (typeof statement.directive === 'string') return true;
    const isDeclaration = /Declaration$/.test(statement.type) && !statement.type.startsWith('Export');
    return isDeclaration && !this.mayHoldTests(statement);
  }

  /** Tests that a loop, a table or a function makes have no place of their own. */
  mayHoldTests(root: Node): boolean {
    return [...walk(root)].some(({ node }) => {
      if (node.type !== 'CallExpression' && node.type !== 'TaggedTemplateExpression') return false;
      return chainOf(node).some((link) => kinds.has(identifier(link) ?? property(link) ?? ''));
    });
  }

  /** A name that runners give as a global or that a package gives; or `t.test` of what a package gives. */
  #kindOf(callee: Node | undefined): TestCall['kind'] | undefined {
    const own = identifier(callee);
    const owner = identifier(child(callee, 'object'));
    if (own !== undefined) return !this.#bound.has(own) || this.#isImported(own) ? kinds.get(own) : undefined;
    // A test gets a `t` of its own, and one that is imported is called so too.
    return owner !== undefined && this.#imported.has(owner) ? kinds.get(property(callee) ?? '') : undefined;
  }

  #isImported(name: string): boolean {
    return this.#imported.has(name) && this.#bound.get(name) === 1;
  }
}

/** `await test(...)` and `void test(...)` are the call. */
function bareCall(node: Node | undefined): Node | undefined {
  const isWrapped =
    node?.type === 'AwaitExpression' || (node?.type === 'UnaryExpression' && node.operator === 'void');
  const inner = isWrapped ? child(node, 'argument') : node;
  return inner?.type === 'CallExpression' && inner.optional !== true ? inner : undefined;
}

/** What is called, and what that is a member or an answer of: `it`, `it.each` and `it.each(...)` of `it.each(...)(...)`. */
function chainOf(call: Node): readonly Node[] {
  const links: Node[] = [];
  for (let at: Node | undefined = call; at !== undefined; ) {
    links.push(at);
    at = child(at, 'callee') ?? child(at, 'object') ?? child(at, 'tag');
  }
  return links;
}
