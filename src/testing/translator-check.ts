import { type Outcome, type Primitive, type Procedure, sameOutcome } from '../proof/core.ts';
import { Graph } from '../proof/graph.ts';
import { interpret } from '../proof/interpret.ts';
import type { Solve } from '../proof/prove.ts';
import { agreement, staysExact } from '../proof/question.ts';
import { scriptOf } from '../proof/smt.ts';
import { type Arithmetic, writers } from '../proof/smt-terms.ts';
import { type Exit, SymbolicRun } from '../proof/symbolic.ts';
import { constantValue } from '../proof/values.ts';

/** What an engine makes of a program's `f`. */
export function runNatively(javascript: string, inputs: readonly Primitive[]): Outcome {
  const make: unknown = new Function(javascript);
  if (typeof make !== 'function') throw new Error('a function was not made');
  const f: unknown = make();
  if (typeof f !== 'function') throw new Error('the program has no f');
  try {
    return { kind: 'returns', value: f(...inputs) };
  } catch (error) {
    return {
      kind: 'throws',
      error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

/** `inexact`: a whole number left the range in which the encoding claims anything. */
export type Verdict = 'agrees' | 'inexact' | 'interpreter differs' | 'encoding differs' | 'unsolved';

/** Whether interpreter and encoding of a procedure say what an engine said. */
export async function checkTranslation(
  procedure: Procedure,
  { inputs, native }: { readonly inputs: readonly Primitive[]; readonly native: Outcome },
  arithmetic: Arithmetic,
  solve: Solve,
): Promise<Verdict> {
  if (!sameOutcome(interpret(procedure, inputs), native)) return 'interpreter differs';
  const graph = new Graph();
  const run = new SymbolicRun(graph);
  const terms = inputs.map((input, at) =>
    graph.input(`${at}`, typeof input === 'number' ? 'num' : typeof input === 'boolean' ? 'bool' : 'str'),
  );
  const exits = run.call(procedure, terms, graph.yes);
  const differs = graph.not(agreement(graph, [exitOf(graph, native)], exits));
  const exact = run.computed.reduce((all, each) => graph.and(all, staysExact(graph, each)), graph.yes);
  const whole = arithmetic === 'integer';
  const script = scriptOf(whole ? [differs, exact] : [differs], terms, arithmetic);
  const ask = async (text: string) =>
    (await solve(fixed(text, inputs, arithmetic, script.texts))).split('\n')[0];
  const answer = await ask(script.text);
  if (answer === 'sat') return 'encoding differs';
  if (answer !== 'unsat') return 'unsolved';
  // Nothing is shown by an encoding that claims nothing.
  return whole && (await ask(scriptOf([exact], terms, arithmetic).text)) === 'unsat' ? 'inexact' : 'agrees';
}

function exitOf(graph: Graph, native: Outcome): Exit {
  const guard = graph.yes;
  if (native.kind === 'returns')
    return { guard, result: { kind: 'returns', value: constantValue(graph, native.value) } };
  const number = /^(RangeError: n )(.+)$/.exec(native.error);
  if (number === null) return { guard, result: { kind: 'throws', texts: [native.error], parts: [] } };
  const parts = [graph.constant(Number(number[2]))];
  return { guard, result: { kind: 'throws', texts: [number[1] ?? '', ''], parts } };
}

/** The inputs as definitions, so that the solver computes and need not search. */
function fixed(
  text: string,
  inputs: readonly Primitive[],
  arithmetic: Arithmetic,
  texts: readonly string[],
): string {
  let at = 0;
  return text.replaceAll(/\(declare-const (\S+) (\S+)\)/g, (_, name: string, sort: string) => {
    const value = inputs[at];
    at += 1;
    const known = typeof value === 'string' ? texts.indexOf(value) : -1;
    const number =
      typeof value === 'number'
        ? writers[arithmetic].constant(value)
        : String(known === -1 ? texts.length : known);
    return `(define-fun ${name} () ${sort} ${typeof value === 'boolean' ? value : number})`;
  });
}
