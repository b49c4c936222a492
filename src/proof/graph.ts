import { Unsupported } from './core.ts';

export type Sort = 'num' | 'bool' | 'str';

/** A term over the inputs. `args` were made before it, so ids are a topological order. */
export type Term = {
  readonly id: number;
  readonly sort: Sort;
  readonly op: string;
  readonly args: readonly Term[];
  /** Of `const` and `input`. */
  readonly value?: number | boolean | string;
};

const mostTerms = 20_000;

/** Makes terms, each only once, and folds what is plain. */
export class Graph {
  readonly #made = new Map<string, Term>();
  readonly yes: Term;
  readonly no: Term;

  constructor() {
    this.yes = this.constant(true);
    this.no = this.constant(false);
  }

  input(name: string, sort: Sort): Term {
    return this.#make({ op: 'input', sort, args: [], value: name });
  }

  constant(value: number | boolean | string): Term {
    const sort = typeof value === 'number' ? 'num' : typeof value === 'boolean' ? 'bool' : 'str';
    return this.#make({ op: 'const', sort, args: [], value });
  }

  apply(op: string, sort: Sort, ...args: readonly Term[]): Term {
    return this.#make({ op, sort, args });
  }

  not(term: Term): Term {
    if (term === this.yes) return this.no;
    if (term === this.no) return this.yes;
    return term.op === 'not' && term.args[0] !== undefined ? term.args[0] : this.apply('not', 'bool', term);
  }

  and(a: Term, b: Term): Term {
    if (a === this.no || b === this.no) return this.no;
    if (a === this.yes || a === b) return b;
    return b === this.yes ? a : this.apply('and', 'bool', a, b);
  }

  or(a: Term, b: Term): Term {
    return this.not(this.and(this.not(a), this.not(b)));
  }

  choose(test: Term, yes: Term, no: Term): Term {
    if (test === this.yes || yes === no) return yes;
    return test === this.no ? no : this.apply('ite', yes.sort, test, yes, no);
  }

  #make(term: Omit<Term, 'id'>): Term {
    const value = Object.is(term.value, -0) ? '-0' : String(term.value);
    const key = `${term.op} ${term.sort} ${term.args.map(({ id }) => id).join(',')} ${value}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    if (this.#made.size >= mostTerms) throw new Unsupported('it has too many paths');
    const made = { ...term, id: this.#made.size };
    this.#made.set(key, made);
    return made;
  }
}
