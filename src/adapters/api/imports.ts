import { parseSync } from 'oxc-parser';
import type { ImportedName, LoadMode, SourceImports } from '../../domain/api.ts';
import { child, children, constant, identifier, isNode, type Node, property, walk } from '../syntax/tree.ts';

/**
 * What a source takes from modules, by its syntax; undefined: it does not parse.
 * DANGER: the parser recurses on the native stack; deeply nested text ends the PROCESS. Call it in a child process only.
 */
export function importsOf(path: string, text: string): SourceImports | undefined {
  const name = /\.[cm]?[jt]sx?$/.test(path) ? path : 'source.js';
  for (const sourceType of ['module', 'commonjs', 'script'] as const) {
    const { program, errors } = parseSync(name, text, { preserveParens: false, sourceType });
    if (errors.length === 0 && isNode(program)) return new Reader(program, text).read();
  }
  return undefined;
}

type Loaded = { readonly specifier: string; readonly mode: LoadMode; readonly line: number };

class Reader {
  readonly #program: Node;
  readonly #text: string;
  readonly #found: ImportedName[] = [];
  readonly #members = new Set<string>();
  /** Local names of modules as a whole. */
  readonly #locals = new Map<string, Loaded>();

  constructor(program: Node, text: string) {
    this.#program = program;
    this.#text = text;
  }

  read(): SourceImports {
    for (const { node, parent } of walk(this.#program)) {
      this.#declaration(node);
      this.#call(node, parent);
      this.#member(node);
    }
    for (const { node, parent, field } of walk(this.#program)) this.#use(node, parent, field);
    return { imports: this.#found, members: [...this.#members] };
  }

  #add(loaded: Loaded, name: string): void {
    this.#found.push({ ...loaded, name });
  }

  #loaded(specifier: Node | undefined, mode: LoadMode, node: Node): Loaded | undefined {
    const text = constant(specifier);
    if (text === undefined) return undefined;
    return { specifier: text, mode, line: this.#text.slice(0, node.start).split('\n').length };
  }

  #declaration(node: Node): void {
    if (node.type === 'TSImportEqualsDeclaration') {
      const loaded = this.#loaded(child(child(node, 'moduleReference'), 'expression'), 'require', node);
      if (loaded !== undefined) this.#binding(child(node, 'id'), loaded);
    }
    if (!/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type)) return;
    const loaded = this.#loaded(child(node, 'source'), 'import', node);
    if (loaded === undefined) return;
    this.#add(loaded, node.type === 'ExportAllDeclaration' ? '*' : '');
    for (const each of children(node, 'specifiers')) this.#specifier(each, loaded);
  }

  #specifier(node: Node, loaded: Loaded): void {
    const name = moduleName(child(node, node.type === 'ExportSpecifier' ? 'local' : 'imported'));
    const local = identifier(child(node, 'local'));
    if (node.type === 'ImportDefaultSpecifier' || name === 'default') this.#add(loaded, 'default');
    else if (name !== undefined) this.#add(loaded, name);
    const isWhole = name === undefined || name === 'default';
    if (isWhole && local !== undefined && node.type !== 'ExportSpecifier') this.#locals.set(local, loaded);
  }

  /** `require('a')` and `import('a')`. */
  #call(node: Node, parent: Node | undefined): void {
    const isRequire = node.type === 'CallExpression' && identifier(child(node, 'callee')) === 'require';
    if (!isRequire && node.type !== 'ImportExpression') return;
    const first = isRequire ? children(node, 'arguments')[0] : child(node, 'source');
    const loaded = this.#loaded(first, isRequire ? 'require' : 'import', node);
    if (loaded === undefined) return;
    this.#add(loaded, '');
    if (parent?.type === 'ExpressionStatement') return;
    if (parent?.type === 'MemberExpression' && child(parent, 'object') === node)
      this.#add(loaded, property(parent) ?? '*');
    else if (parent?.type === 'VariableDeclarator') this.#binding(child(parent, 'id'), loaded);
    else if (parent?.type === 'AwaitExpression') this.#awaited(parent, loaded);
    else if (parent?.type === 'CallExpression' && child(parent, 'callee') === node)
      this.#add(loaded, 'export=');
    else this.#add(loaded, '*');
  }

  #awaited(wait: Node, loaded: Loaded): void {
    const places = [...walk(this.#program)].map(({ node }) => node);
    const holder = places.find((node) => child(node, 'init') === wait || child(node, 'object') === wait);
    if (holder?.type === 'VariableDeclarator') this.#binding(child(holder, 'id'), loaded);
    else this.#add(loaded, property(holder) ?? '*');
  }

  #binding(node: Node | undefined, loaded: Loaded): void {
    const name = identifier(node);
    if (name !== undefined) this.#locals.set(name, loaded);
    else if (node?.type !== 'ObjectPattern') this.#add(loaded, '*');
    else for (const each of children(node, 'properties')) this.#add(loaded, keyOf(each) ?? '*');
  }

  #member(node: Node): void {
    const name = node.type === 'Property' ? keyOf(node) : property(node);
    if (name !== undefined) this.#members.add(name);
  }

  /** How a module that a name stands for is used: `fs.read`, `debug('a')`, or passed on as a whole. */
  #use(node: Node, parent: Node | undefined, field: string): void {
    const loaded = this.#locals.get(identifier(node) ?? (jsxName(node) || ''));
    if (loaded === undefined || parent === undefined) return;
    if (/Specifier$|^VariableDeclarator$|^TSImportEquals/.test(parent.type) && field !== 'init') return;
    if (
      /^(MemberExpression|Property)$/.test(parent.type) &&
      /^(property|key)$/.test(field) &&
      parent.computed !== true
    )
      return;
    if (parent.type === 'MemberExpression' && field === 'object') this.#add(loaded, property(parent) ?? '*');
    else if (parent.type === 'TSQualifiedName' && field === 'left')
      this.#add(loaded, identifier(child(parent, 'right')) ?? '*');
    else if (/^(Call|New)Expression$/.test(parent.type) && field === 'callee') this.#add(loaded, 'export=');
    else this.#add(loaded, '*');
  }
}

function jsxName(node: Node): string | undefined {
  return node.type === 'JSXIdentifier' && typeof node.name === 'string' ? node.name : undefined;
}

function keyOf(node: Node): string | undefined {
  const key = child(node, 'key');
  return node.computed === true ? constant(key) : (identifier(key) ?? constant(key));
}

/** `a` or `'a b'`. */
function moduleName(node: Node | undefined): string | undefined {
  return identifier(node) ?? constant(node);
}
