import { child, children, identifier, type Node } from '../domain/syntax-tree.ts';
import { type Expression, type Parameter, type Procedure, Unsupported } from './core.ts';
import { domainOf } from './domains.ts';
import { lowerExpression, type Surroundings } from './lower-expression.ts';
import { lowerBlock, lowerReturn } from './lower-statement.ts';
import { functionNamed, type Module } from './module.ts';
import { Scope } from './scope.ts';
import { weigh } from './weight.ts';

/** Takes functions of one file, and what they call there, into the core language. All of it throws Unsupported. */
export class Lowering implements Surroundings {
  readonly #module: Module;
  readonly #procedures = new Map<string, Procedure>();
  /** Those that are being lowered: a call of one of them is recursion. */
  readonly #open = new Set<string>();
  readonly #weights = new Map<Procedure, number>();
  #inConstant = false;

  constructor(module: Module) {
    this.#module = module;
    if (/\beval\b/.test(module.text)) throw new Unsupported('a file with eval, which may reassign anything');
  }

  procedure(name: string, at?: number): Procedure {
    const known = this.#procedures.get(name);
    if (known !== undefined) return known;
    const node = functionNamed(this.#module, name);
    if (node === undefined)
      throw new Unsupported(`the call of ${name}, which is no function of this file`, at);
    if (this.#module.assigned.has(name)) throw new Unsupported(`${name} is assigned to`, node.start);
    return this.#guarded(name, node.start, () => {
      const made = this.#lower(name, node);
      this.#weights.set(made, weigh(made, this.#weights));
      this.#procedures.set(name, made);
      return made;
    });
  }

  /** A contract's expression over the parameters, and over `result` where that is among them. */
  expression(node: Node, parameters: readonly string[]): { expression: Expression; ids: readonly string[] } {
    const scope = new Scope();
    const ids = parameters.map((name) => scope.parameter(name));
    const expression = lowerExpression(node, { scope, around: this });
    weigh(expression, this.#weights);
    return { expression, ids };
  }

  call(name: string, args: readonly Expression[], at: number): Expression {
    // What it throws would end the loading of the file, not the call.
    if (this.#inConstant) throw new Unsupported('a constant that is computed by a call', at);
    return { op: 'call', callee: this.procedure(name, at), args };
  }

  constant(name: string, at: number): Expression {
    const [node, ...more] = this.#module.declared.get(name) ?? [];
    const plain = more.length === 0 && node?.type === 'VariableDeclaration' && node.kind === 'const';
    const declarator = plain
      ? children(node, 'declarations').find((one) => identifier(child(one, 'id')) === name)
      : undefined;
    if (declarator === undefined) throw new Unsupported(`${name}, which is no constant of this file`, at);
    const init = child(declarator, 'init');
    const before = this.#inConstant;
    this.#inConstant = true;
    try {
      return this.#guarded(name, at, () => lowerExpression(init, { scope: new Scope(), around: this }));
    } finally {
      this.#inConstant = before;
    }
  }

  isGlobal(name: string): boolean {
    return !this.#module.declared.has(name) && !this.#module.assigned.has(name);
  }

  #guarded<T>(name: string, at: number, work: () => T): T {
    if (this.#open.has(name)) throw new Unsupported(`${name} refers to itself`, at);
    this.#open.add(name);
    try {
      return work();
    } finally {
      this.#open.delete(name);
    }
  }

  #lower(name: string, node: Node): Procedure {
    if (node.async === true || node.generator === true)
      throw new Unsupported(`${name} is async or a generator`, node.start);
    if (node.type === 'FunctionExpression' && child(node, 'id') !== undefined)
      throw new Unsupported(`${name} has a second name inside`, node.start);
    const scope = new Scope();
    const parameters = children(node, 'params').map((parameter): Parameter => {
      const written = identifier(parameter);
      if (written === undefined || written === 'this')
        throw new Unsupported('a parameter that is no plain name', parameter.start);
      const domain =
        parameter.optional === true ? undefined : domainOf(child(parameter, 'typeAnnotation'), this.#module);
      return { id: scope.parameter(written), name: written, domain };
    });
    const context = { scope, around: this };
    const body = child(node, 'body');
    if (body?.type === 'BlockStatement')
      return { name, parameters, body: lowerBlock(children(body, 'body'), context) };
    return { name, parameters, body: [lowerReturn(body, context)] };
  }
}
