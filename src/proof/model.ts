import type { Primitive } from './core.ts';
import type { Script } from './smt.ts';

/** What a solver says of a script. `inputs` in the order of the script's. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly inputs: readonly Primitive[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** Reads the output of `(check-sat)` and `(get-value …)`. */
export function readAnswer(output: string, script: Script): Answer {
  const [first = '', ...rest] = output.trim().split('\n');
  if (first === 'unsat') return { kind: 'none' };
  if (first !== 'sat')
    return { kind: 'unknown', why: first === 'unknown' ? 'the solver gave up' : first.slice(0, 200) };
  if (script.inputs.length === 0) return { kind: 'found', inputs: [] };
  const pairs = parse(rest.join(' '));
  if (!Array.isArray(pairs)) return { kind: 'unknown', why: 'the solver named no inputs' };
  const inputs = script.inputs.map(({ sort }, at) => {
    const pair = pairs[at];
    const value = Array.isArray(pair) ? pair[1] : undefined;
    if (value === undefined) return undefined;
    if (sort === 'bool') return value === 'true' ? true : value === 'false' ? false : undefined;
    const number = numberOf(value);
    return sort === 'num' || number === undefined ? number : textOf(number, script.texts);
  });
  if (inputs.includes(undefined))
    return { kind: 'unknown', why: 'the solver named inputs that cannot be read' };
  return { kind: 'found', inputs };
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

function parse(text: string): Tree | undefined {
  const open: Tree[][] = [[]];
  for (const [token] of text.matchAll(/[()]|[^\s()]+/g)) {
    if (token === '(') open.push([]);
    else if (token === ')') {
      const closed = open.pop();
      if (closed !== undefined) open.at(-1)?.push(closed);
    } else open.at(-1)?.push(token);
  }
  return open[0]?.[0];
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
