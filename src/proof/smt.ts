import { Unsupported } from './core.ts';
import type { Term } from './graph.ts';
import { type Arithmetic, writers } from './smt-terms.ts';

/** SMT-LIB 2.6 text that asks whether the asserted terms can hold at once, and for which inputs. */
export type Script = {
  readonly text: string;
  readonly inputs: readonly Term[];
  readonly texts: readonly string[];
};

/** Throws Unsupported where the arithmetic has no exact encoding. */
export function scriptOf(
  assertions: readonly Term[],
  inputs: readonly Term[],
  arithmetic: Arithmetic,
): Script {
  const writer = writers[arithmetic];
  const texts: string[] = [];
  const lines: string[] = inputs.map((term) => `(declare-const ${nameOf(term)} ${writer.sort(term.sort)})`);
  const plain = new Map<number, string>(inputs.map((term) => [term.id, nameOf(term)]));
  const shown = (term: Term): string => {
    const text = plain.get(term.id);
    if (text === undefined) throw new Unsupported('a quotient among whole numbers');
    return text;
  };
  for (const term of reachable(assertions)) {
    if (plain.has(term.id) || (term.op === '/' && arithmetic === 'integer')) continue;
    if (term.op === 'const') plain.set(term.id, constant(term, texts, writer.constant));
    else {
      lines.push(
        `(define-fun ${nameOf(term)} () ${writer.sort(term.sort)} ${body(term, arithmetic, shown)})`,
      );
      plain.set(term.id, nameOf(term));
    }
  }
  for (const input of inputs) if (input.sort === 'str') lines.push(`(assert (>= ${nameOf(input)} 0))`);
  lines.push(...assertions.map((term) => `(assert ${shown(term)})`));
  return { text: lines.join('\n'), inputs, texts };
}

/** What an input is called in the text, and in a model. */
export function nameOf({ id }: Term): string {
  return `t${id}`;
}

/** Operands first. */
function reachable(roots: readonly Term[]): readonly Term[] {
  const found = new Map<number, Term>();
  const pending = [...roots];
  for (let term = pending.pop(); term !== undefined; term = pending.pop()) {
    if (found.has(term.id)) continue;
    found.set(term.id, term);
    pending.push(...term.args);
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}

function constant({ value }: Term, texts: string[], ofNumber: (value: number) => string): string {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value === 'boolean') return String(value);
  const text = value ?? '';
  const known = texts.indexOf(text);
  return String(known === -1 ? texts.push(text) - 1 : known);
}

const logic: Readonly<Record<string, string>> = { not: 'not', and: 'and', ite: 'ite', '=': '=' };

function body(term: Term, arithmetic: Arithmetic, shown: (term: Term) => string): string {
  const operator = Object.hasOwn(logic, term.op) ? logic[term.op] : undefined;
  if (operator !== undefined) return `(${operator} ${term.args.map(shown).join(' ')})`;
  const [of] = term.args;
  const operands = arithmetic === 'integer' && of?.op === '/' ? of.args : term.args;
  return writers[arithmetic].operation(term, operands.map(shown));
}
