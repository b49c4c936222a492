import { child, children, identifier, type Node } from '../domain/syntax-tree.ts';
import { Unsupported } from './core.ts';

type Variable = { readonly id: string; readonly constant: boolean; ready: boolean };

/** Names in reach, innermost first, each with a variable of its own. */
export class Scope {
  readonly #names = new Map<string, Variable>();
  readonly #outer: Scope | undefined;
  readonly #fresh: { count: number };

  constructor(outer?: Scope) {
    this.#outer = outer;
    this.#fresh = outer === undefined ? { count: 0 } : outer.#fresh;
  }

  /** What a block declares is known from its beginning, and usable only from its declaration. */
  block(statements: readonly Node[]): Scope {
    const inner = new Scope(this);
    for (const statement of statements) {
      if (statement.type !== 'VariableDeclaration') continue;
      for (const declarator of children(statement, 'declarations')) {
        const name = identifier(child(declarator, 'id'));
        if (name !== undefined) inner.#add(name, statement.kind === 'const', false);
      }
    }
    return inner;
  }

  parameter(name: string): string {
    return this.#add(name, false, true).id;
  }

  #add(name: string, constant: boolean, ready: boolean): Variable {
    if (this.#names.has(name)) throw new Unsupported(`${name} is declared twice`);
    this.#fresh.count += 1;
    const variable = { id: `${name}#${this.#fresh.count}`, constant, ready };
    this.#names.set(name, variable);
    return variable;
  }

  /** The variable that a declaration of this block fills. */
  declare(name: string): string {
    const variable = this.#names.get(name);
    if (variable === undefined) throw new Unsupported(`${name} is declared in no block`);
    variable.ready = true;
    return variable.id;
  }

  /** undefined: it is not a local name. */
  find(name: string): Variable | undefined {
    const found = this.#names.get(name) ?? this.#outer?.find(name);
    if (found?.ready === false) throw new Unsupported(`${name} is used before its declaration`);
    return found;
  }
}
