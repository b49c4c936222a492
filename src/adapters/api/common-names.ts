import { parseSync } from 'oxc-parser';
import { child, children, constant, identifier, isNode, type Node, property, walk } from '../syntax/tree.ts';

/** `open`: there may be more names than these. */
export type Names = { readonly names: ReadonlySet<string>; readonly open: boolean };

type CommonNames = Names & { readonly from: readonly string[] };

/** What CommonJS code puts on its exports, as far as it says so: what it computes is `open`. */
export function commonNames(text: string): CommonNames {
  for (const sourceType of ['commonjs', 'script'] as const) {
    const { program, errors } = parseSync('source.js', text, { preserveParens: false, sourceType });
    if (errors.length === 0 && isNode(program)) return new Reader(program).read();
  }
  return { names: new Set(), open: true, from: [] };
}

class Reader {
  readonly #program: Node;
  readonly #names = new Set<string>();
  readonly #from: string[] = [];
  /** Local names of what is exported as a whole. */
  readonly #wholes = new Set<string>();
  #open = false;
  #seen = false;

  constructor(program: Node) {
    this.#program = program;
  }

  read(): CommonNames {
    for (const { node } of walk(this.#program)) this.#whole(node);
    for (const { node } of walk(this.#program)) this.#part(node);
    return { names: this.#names, open: this.#open || !this.#seen, from: this.#from };
  }

  /** `module.exports = …` */
  #whole(node: Node): void {
    const left = child(node, 'left');
    if (node.type !== 'AssignmentExpression' || !isModuleExports(left)) return;
    this.#seen = true;
    let value = child(node, 'right');
    while (value?.type === 'AssignmentExpression') value = child(value, 'right');
    this.#value(value);
  }

  #value(value: Node | undefined): void {
    const required = requiredBy(value);
    const name = identifier(value);
    if (required !== undefined) this.#from.push(required);
    else if (name !== undefined) this.#local(name);
    else if (value?.type === 'ObjectExpression') this.#object(value);
    else if (!/Function|Class/.test(value?.type ?? '')) this.#open = true;
  }

  #local(name: string): void {
    if (this.#wholes.has(name)) return;
    this.#wholes.add(name);
    for (const { node } of walk(this.#program)) {
      if (node.type !== 'VariableDeclarator' || identifier(child(node, 'id')) !== name) continue;
      const value = child(node, 'init');
      if (value !== undefined) this.#value(value);
    }
  }

  #object(node: Node): void {
    for (const each of children(node, 'properties')) {
      const key = child(each, 'key');
      const name = each.computed === true ? constant(key) : (identifier(key) ?? constant(key));
      const spread = each.type === 'SpreadElement' ? requiredBy(child(each, 'argument')) : undefined;
      if (spread !== undefined) this.#from.push(spread);
      else if (name === undefined) this.#open = true;
      else this.#names.add(name);
    }
  }

  /** `exports.a = …`, `Object.defineProperty(exports, 'a', …)`, and the helpers of compilers. */
  #part(node: Node): void {
    if (node.type === 'AssignmentExpression') this.#assignment(child(node, 'left'));
    if (node.type !== 'CallExpression') return;
    const [target, second] = children(node, 'arguments');
    const callee = child(node, 'callee');
    const called = identifier(callee) ?? property(callee) ?? '';
    if (called === '__exportStar' || called === '__export') {
      const required = requiredBy(target);
      if (required !== undefined) this.#from.push(required);
      else if (second?.type === 'ObjectExpression') this.#object(second);
      return;
    }
    if (!this.#isExports(target)) return;
    const name = constant(second);
    if (called === 'defineProperty' && name !== undefined) this.#add(name);
    else if (called === 'assign' || called === 'defineProperties') this.#open = true;
  }

  #assignment(left: Node | undefined): void {
    if (left?.type !== 'MemberExpression' || isModuleExports(left)) return;
    if (!this.#isExports(child(left, 'object'))) return;
    const name = property(left);
    if (name === undefined) this.#open = true;
    else this.#add(name);
  }

  #add(name: string): void {
    this.#seen = true;
    this.#names.add(name);
  }

  #isExports(node: Node | undefined): boolean {
    const name = identifier(node);
    if (name !== undefined) return name === 'exports' || this.#wholes.has(name);
    return isModuleExports(node);
  }
}

function isModuleExports(node: Node | undefined): boolean {
  return property(node) === 'exports' && identifier(child(node ?? emptyNode, 'object')) === 'module';
}

const emptyNode: Node = { type: '', start: 0 };

function requiredBy(node: Node | undefined): string | undefined {
  if (node?.type !== 'CallExpression' || identifier(child(node, 'callee')) !== 'require') return undefined;
  const [first] = children(node, 'arguments');
  return constant(first);
}
