import { child, children, identifier, isNode, type Node, property, walk } from '../domain/syntax-tree.ts';
import { assignments, bindings } from './names.ts';
import { requiredBy, requiredNames } from './requires.ts';
import { resolve } from './resolve.ts';

/** A file that may ask flags. */
export type FlagFile = {
  readonly path: string;
  /** As parsed, types included. */
  readonly program: Node;
  readonly helpers: ReadonlySet<string>;
  readonly paths: ReadonlySet<string>;
};

/** `settled`: it answers values, as in a page; `promises`: its answers must be awaited. */
export type ClientKind = 'settled' | 'promises' | 'helper';

const openFeature = /^@openfeature\/[a-z-]+$/;

/** Where the names of a file come from, as far as flags are asked by them. */
export class Origins {
  /** Local name -> `MODULE#NAME`; `*` is a whole module. */
  readonly #imports = new Map<string, string>();
  /** How many bindings of a name are clients, and of which kind. */
  readonly #clients = new Map<string, ClientKind[]>();
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
  readonly isClient = (init: Node): boolean => this.#kindOf(init) !== undefined;

  /** undefined: it is not known to be a client. */
  clientAt(receiver: Node | undefined): ClientKind | undefined {
    const name = identifier(receiver);
    if (receiver === undefined) return undefined;
    if (name === undefined) return this.isHelper(receiver) ? 'helper' : this.#kindOf(receiver);
    if (this.#assigned.has(name)) return undefined;
    const kinds = this.#clients.get(name);
    if (kinds !== undefined && kinds.length === this.#bound.get(name))
      return kinds.includes('promises') ? 'promises' : kinds[0];
    return this.isHelper(receiver) ? 'helper' : undefined;
  }

  /** Whether it is a function or a client of the configuration. */
  isHelper(node: Node | undefined): boolean {
    const origin = this.#originOf(node);
    return origin !== undefined && this.#file.helpers.has(origin.replace(/#\*$/, '#default'));
  }

  /** `MODULE#NAME` of an imported name, or of a member of an imported module. */
  #originOf(node: Node | undefined): string | undefined {
    const name = identifier(node);
    if (name !== undefined) return this.#bound.get(name) === 1 ? this.#imports.get(name) : undefined;
    const [owner, member] = [identifier(child(node, 'object')), property(node)];
    if (owner === undefined || member === undefined || this.#bound.get(owner) !== 1) return undefined;
    const module = this.#imports.get(owner);
    return module?.endsWith('#*') === true ? `${module.slice(0, -1)}${member}` : undefined;
  }

  #kindOf(init: Node): ClientKind | undefined {
    const callee = child(init, 'callee');
    if (init.type !== 'CallExpression' || property(callee) !== 'getClient') return undefined;
    if (!children(init, 'arguments').every((arg) => arg.type === 'Literal')) return undefined;
    const [module = '', name] = this.#originOf(child(callee, 'object'))?.split('#') ?? [];
    return name === 'OpenFeature' && openFeature.test(module) ? kindOfPackage(module) : undefined;
  }

  #readImport(node: Node): void {
    if (node.type === 'VariableDeclarator' && !this.#bound.has('require')) {
      const from = this.#moduleOf(requiredBy(child(node, 'init')));
      for (const [local, name] of requiredNames(node) ?? []) this.#imports.set(local, `${from}#${name}`);
    }
    if (node.type !== 'ImportDeclaration') return;
    const from = this.#moduleOf(child(node, 'source')?.value);
    if (from === undefined) return;
    for (const one of children(node, 'specifiers')) {
      const local = identifier(child(one, 'local'));
      const imported = importedNames.get(one.type) ?? identifier(child(one, 'imported'));
      if (local !== undefined && imported !== undefined) this.#imports.set(local, `${from}#${imported}`);
    }
  }

  #moduleOf(source: unknown): string | undefined {
    if (typeof source !== 'string' || !source.startsWith('.'))
      return typeof source === 'string' ? source : undefined;
    return resolve(this.#file.path, source, this.#file.paths) ?? source;
  }

  /** `const client = OpenFeature.getClient()`, or a parameter `client: Client`. */
  #readClient(node: Node): void {
    const init = node.type === 'VariableDeclarator' ? child(node, 'init') : undefined;
    const name = identifier(child(node, 'id'));
    const kind = init === undefined ? undefined : this.#kindOf(init);
    if (name !== undefined && kind !== undefined) this.#addClient(name, kind);
    for (const parameter of children(node, 'params')) {
      const type = child(child(child(parameter, 'typeAnnotation'), 'typeAnnotation'), 'typeName');
      const [module = '', imported] = this.#imports.get(identifier(type) ?? '')?.split('#') ?? [];
      const local = identifier(parameter);
      if (local !== undefined && isNode(type) && imported === 'Client' && openFeature.test(module))
        this.#addClient(local, kindOfPackage(module));
    }
  }

  #addClient(name: string, kind: ClientKind): void {
    this.#clients.set(name, [...(this.#clients.get(name) ?? []), kind]);
  }
}

const importedNames = new Map([
  ['ImportDefaultSpecifier', 'default'],
  ['ImportNamespaceSpecifier', '*'],
]);

/** Pages evaluate at once, from what they hold; every other client may have to ask. */
function kindOfPackage(module: string): ClientKind {
  return /^@openfeature\/(web-sdk|react-sdk|angular-sdk)$/.test(module) ? 'settled' : 'promises';
}
