import { child, children, identifier, isNode, type Node, property, walk } from '../domain/syntax-tree.ts';
import { isPure } from './inert.ts';
import { assignments, bindings, evaluatedWith } from './names.ts';
import { resolve } from './resolve.ts';
import { flagLiteral, flagValue } from './tree.ts';

/** One place where a flag is asked. `why`: it is not understood. */
export type Evaluation = {
  readonly key: string | undefined;
  readonly fallback: unknown;
  readonly start: number;
  readonly why: string | undefined;
};

export type FlagFile = {
  readonly path: string;
  /** As parsed, types included. */
  readonly program: Node;
  readonly helpers: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
};

const evaluating = new Set(['getBooleanValue']);
const otherEvaluating =
  /^(get(Boolean|String|Number|Object)(Value|Details)|use(Boolean|String|Number|Object)?Flag(Value|Details)?)$/;

/** Whether a text may ask a flag at all; most need not be parsed. */
export function mayAskFlags(text: string, helpers: readonly string[]): boolean {
  const names = helpers.map((helper) => helper.split('#')[1] ?? '');
  return (
    /get(Boolean|String|Number|Object)(Value|Details)|use\w*Flag/.test(text) ||
    names.some((name) => text.includes(name))
  );
}

/** The places of one file where flags are asked, and how to put a value there. */
export class FlagReader {
  readonly #imports = new Map<string, string>();
  /** How many bindings of a name are clients. */
  readonly #clients = new Map<string, number>();
  readonly #file: FlagFile;
  readonly #bound: ReadonlyMap<string, number>;
  readonly #assigned: ReadonlySet<string>;

  constructor(file: FlagFile) {
    this.#file = file;
    this.#bound = bindings(file.program);
    this.#assigned = assignments(file.program);
    for (const { node } of walk(file.program)) this.#readImport(node);
    for (const { node } of walk(file.program)) this.#readClient(node);
  }

  readonly isKnown = (name: string): boolean => this.#bound.has(name);

  /** `OpenFeature.getClient()`: it only answers an object. */
  readonly isClient = (init: Node): boolean => {
    const callee = child(init, 'callee');
    const from = this.#imports.get(identifier(child(callee, 'object')) ?? '') ?? '';
    return (
      init.type === 'CallExpression' &&
      property(callee) === 'getClient' &&
      /^@openfeature\/[a-z-]+#OpenFeature$/.test(from) &&
      children(init, 'arguments').every((arg) => arg.type === 'Literal')
    );
  };

  evaluations(): readonly Evaluation[] {
    const awaited = new Set<number>();
    for (const node of evaluatedWith(this.#file.program)) {
      const argument = node.type === 'AwaitExpression' ? child(node, 'argument') : undefined;
      if (argument !== undefined) awaited.add(argument.start);
    }
    return [...walk(this.#file.program)].flatMap(({ node }) => {
      const found = this.read(node);
      if (found === undefined || found.why !== undefined || !awaited.has(node.start)) return found ?? [];
      return { ...found, why: 'it is awaited where the file is loaded, which delays whatever loads it' };
    });
  }

  /** The program with the flags of these keys replaced, each with the `await` before it. */
  replaceIn(node: Node, keys: ReadonlySet<string>, value: boolean): Node {
    // Its argument was replaced before it: leaves come first.
    const awaited = node.type === 'AwaitExpression' ? child(node, 'argument') : undefined;
    if (awaited !== undefined && flagValue(awaited) !== undefined) return awaited;
    const found = this.read(node);
    const wanted = found?.key !== undefined && found.why === undefined && keys.has(found.key);
    return wanted ? flagLiteral(value, node.start) : node;
  }

  read(node: Node): Evaluation | undefined {
    if (node.type !== 'CallExpression') return undefined;
    const callee = child(node, 'callee');
    const name = property(callee) ?? identifier(callee) ?? '';
    const helper = callee?.type === 'Identifier' && this.#isHelper(name);
    if (!helper && !evaluating.has(name) && !otherEvaluating.test(name)) return undefined;
    const [first, second, ...rest] = children(node, 'arguments');
    const key = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
    const fallback = second === undefined ? undefined : second.type === 'Literal' ? second.value : 'computed';
    const why = this.#trouble({
      helper,
      name,
      key,
      receiver: child(callee, 'object'),
      args: helper ? [second, ...rest] : rest,
    });
    return {
      key,
      fallback: helper && second?.type !== 'Literal' ? false : fallback,
      start: node.start,
      why: node.optional === true ? 'an optional call' : why,
    };
  }

  #trouble({
    helper,
    name,
    key,
    receiver,
    args,
  }: {
    helper: boolean;
    name: string;
    key: string | undefined;
    receiver: Node | undefined;
    args: readonly (Node | undefined)[];
  }): string | undefined {
    if (key === undefined) return 'its key is no literal';
    if (!helper && !evaluating.has(name)) return `${name} is not understood`;
    if (!helper && !this.#isClientName(receiver))
      return 'it is not clear what is asked: no client of OpenFeature';
    return args.every((arg) => isPure(arg, this.isKnown)) ? undefined : 'its context may act or throw';
  }

  #isClientName(receiver: Node | undefined): boolean {
    const name = identifier(receiver);
    if (receiver === undefined) return false;
    if (name === undefined) return this.isClient(receiver);
    if (this.#assigned.has(name)) return false;
    const count = this.#clients.get(name);
    return (count !== undefined && count === this.#bound.get(name)) || this.#isHelper(name);
  }

  #addClient(name: string): void {
    this.#clients.set(name, (this.#clients.get(name) ?? 0) + 1);
  }

  #isHelper(name: string): boolean {
    return this.#bound.get(name) === 1 && this.#file.helpers.has(this.#imports.get(name) ?? '');
  }

  #readImport(node: Node): void {
    if (node.type !== 'ImportDeclaration') return;
    const source = child(node, 'source')?.value;
    if (typeof source !== 'string') return;
    const from = source.startsWith('.')
      ? (resolve(this.#file.path, source, this.#file.paths) ?? source)
      : source;
    for (const one of children(node, 'specifiers')) {
      const local = identifier(child(one, 'local'));
      const imported = one.type === 'ImportDefaultSpecifier' ? 'default' : identifier(child(one, 'imported'));
      if (local !== undefined && imported !== undefined) this.#imports.set(local, `${from}#${imported}`);
    }
  }

  /** `const client = OpenFeature.getClient()`, or a parameter `client: Client`. */
  #readClient(node: Node): void {
    const init = node.type === 'VariableDeclarator' ? child(node, 'init') : undefined;
    const name = identifier(child(node, 'id'));
    if (name !== undefined && init !== undefined && this.isClient(init)) this.#addClient(name);
    for (const parameter of children(node, 'params')) {
      const type = child(child(child(parameter, 'typeAnnotation'), 'typeAnnotation'), 'typeName');
      const from = this.#imports.get(identifier(type) ?? '') ?? '';
      const local = identifier(parameter);
      if (local !== undefined && isNode(type) && /^@openfeature\/[a-z-]+#Client$/.test(from))
        this.#addClient(local);
    }
  }
}
