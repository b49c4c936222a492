import type { Primitive } from './core.ts';
import type { Sort } from './graph.ts';
import { nameOf, type Script } from './smt.ts';

/** What a solver says of a script. `inputs` in the order of the script's. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly inputs: readonly Primitive[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** Reads `unsat`, `unknown`, or `sat` and a model: `(define-fun NAME () SORT VALUE)` for each input that matters. */
export function readAnswer(output: string, script: Script): Answer {
  const [first = '', ...rest] = output.trim().split('\n');
  if (first === 'unsat') return { kind: 'none' };
  if (first !== 'sat') return { kind: 'unknown', why: 'the solver gave up' };
  const values = new Map<Tree | undefined, Tree | undefined>();
  for (const definition of parse(rest.join(' '))) {
    const isModel = Array.isArray(definition) && definition[0] === 'define-fun';
    if (isModel) values.set(definition[1], definition[4]);
  }
  const inputs: Primitive[] = [];
  for (const term of script.inputs) {
    const value = primitive(term.sort, values.get(nameOf(term)), script.texts);
    if (value === undefined) return { kind: 'unknown', why: 'the solver named inputs that cannot be read' };
    inputs.push(value);
  }
  return { kind: 'found', inputs };
}

/** Any value does where a model names none. */
function primitive(sort: Sort, value: Tree | undefined, texts: readonly string[]): Primitive {
  if (sort === 'bool')
    return value === undefined || value === 'false' ? false : value === 'true' || undefined;
  const number = value === undefined ? 0 : numberOf(value);
  return sort === 'num' || number === undefined ? number : textOf(number, texts);
}

/** A text of the program, or one that is none of them. */
function textOf(number: number, texts: readonly string[]): string {
  const known = texts[number];
  if (known !== undefined) return known;
  let other = `other ${number}`;
  while (texts.includes(other)) other = `${other}'`;
  return other;
}

type Tree = string | readonly Tree[];

function parse(text: string): readonly Tree[] {
  const open: Tree[][] = [[]];
  for (const [token] of text.matchAll(/[()]|[^\s()]+/g)) {
    if (token === '(') open.push([]);
    else if (token === ')') {
      const closed = open.pop();
      if (closed !== undefined) open.at(-1)?.push(closed);
    } else open.at(-1)?.push(token);
  }
  return open[0] ?? [];
}

function numberOf(tree: Tree): number | undefined {
  if (typeof tree === 'string') return /^\d+$/.test(tree) ? Number(tree) : undefined;
  const [head, first, second, third] = tree;
  if (head === '-' && first !== undefined) {
    const value = numberOf(first);
    return value === undefined ? undefined : -value;
  }
  if (head === '_') return special(first);
  if (head !== 'fp') return undefined;
  const bits = [first, second, third].map((part) => (typeof part === 'string' ? bitsOf(part) : '')).join('');
  if (!/^[01]{64}$/.test(bits)) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0b${bits}`));
  return view.getFloat64(0);
}

const specials: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  '+oo': Number.POSITIVE_INFINITY,
  '-oo': Number.NEGATIVE_INFINITY,
  '+zero': 0,
  '-zero': -0,
};

function special(name: Tree | undefined): number | undefined {
  return typeof name === 'string' && Object.hasOwn(specials, name) ? specials[name] : undefined;
}

function bitsOf(text: string): string {
  if (text.startsWith('#b')) return text.slice(2);
  return [...text.slice(2)].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
}
