import {
  type Expression,
  type Outcome,
  type Primitive,
  type Procedure,
  sameOutcome,
  Unsupported,
} from './core.ts';
import { Graph, type Term } from './graph.ts';
import { interpret, interpretExpression } from './interpret.ts';
import { type Script, scriptOf } from './smt.ts';
import { type Arithmetic, maxSafe } from './smt-terms.ts';
import { type Computed, type Exit, SymbolicRun } from './symbolic.ts';
import { equal, type Value } from './values.ts';

/** An expression of a contract: `ids` are those of the parameters, and of `result` after them. */
export type Condition = { readonly expression: Expression; readonly ids: readonly string[] };

export type Question = {
  /** undefined: the contract is asked instead. */
  readonly old: Procedure | undefined;
  readonly now: Procedure;
  readonly requires: readonly Condition[];
  readonly ensures: readonly Condition[];
  /** Positions of the numbers that `requires` says are whole. */
  readonly whole: ReadonlySet<number>;
};

/** What to ask a solver. Only if some input is admitted, none differs and none overflows is the claim proved. */
export type Scripts = {
  readonly admitted: Script;
  readonly differs: Script;
  readonly overflows: Script | undefined;
};

/** Throws Unsupported. */
export function scriptsOf(question: Question, arithmetic: Arithmetic): Scripts {
  const graph = new Graph();
  const run = new SymbolicRun(graph);
  const inputs = question.now.parameters.map(({ domain }, at) => {
    const sort = sortOf(domain);
    return graph.input(`${at}`, sort);
  });
  const given = admits(question, { graph, run, inputs });
  const now = run.call(question.now, inputs, given);
  const wrong =
    question.old === undefined
      ? breaches(question.ensures, now, { graph, run, inputs })
      : graph.and(given, graph.not(agreement(graph, run.call(question.old, inputs, given), now)));
  const admitted = scriptOf([given], inputs, arithmetic);
  if (arithmetic === 'fp64')
    return { admitted, differs: scriptOf([wrong], inputs, arithmetic), overflows: undefined };
  const whole = inputs.filter(({ sort }) => sort === 'num').map((term): Computed => ({ guard: given, term }));
  const exact = [...whole, ...run.computed].map((computed) => staysExact(graph, computed));
  const all = exact.reduce((sum, each) => graph.and(sum, each), graph.yes);
  return {
    admitted,
    differs: scriptOf([wrong, all], inputs, arithmetic),
    overflows: scriptOf([graph.not(all)], inputs, arithmetic),
  };
}

type World = { readonly graph: Graph; readonly run: SymbolicRun; readonly inputs: readonly Term[] };

function sortOf(domain: Procedure['parameters'][number]['domain']): 'num' | 'bool' | 'str' {
  if (domain === undefined) throw new Unsupported('a parameter whose type is outside the subset');
  const kind = domain.kind === 'literals' ? typeof domain.values[0] : domain.kind;
  return kind === 'number' ? 'num' : kind === 'boolean' ? 'bool' : 'str';
}

/** For which inputs the claim is made. */
function admits({ now, requires }: Question, { graph, run, inputs }: World): Term {
  let given = graph.yes;
  for (const [at, { domain }] of now.parameters.entries()) {
    const input = inputs[at];
    if (domain?.kind !== 'literals' || input === undefined) continue;
    const values = domain.values.map((value) => equal(graph, '===', input, graph.constant(value)));
    given = graph.and(
      given,
      values.reduce((any, each) => graph.or(any, each), graph.no),
    );
  }
  for (const condition of requires) given = holdsFor(condition, inputs, given, { graph, run, inputs });
  return given;
}

function holdsFor(
  { expression, ids }: Condition,
  values: readonly Value[],
  given: Term,
  { graph, run }: World,
): Term {
  const variables = new Map(ids.map((id, at) => [id, values[at] ?? 'undefined']));
  const { holds, ends } = run.test(expression, variables, given);
  if (ends !== given) throw new Unsupported('a contract that may throw');
  return graph.and(given, holds);
}

/** When both end alike: some way out of one together with some way out of the other. */
export function agreement(graph: Graph, olds: readonly Exit[], news: readonly Exit[]): Term {
  let agreed = graph.no;
  for (const old of olds) {
    for (const now of news) {
      const both = graph.and(old.guard, now.guard);
      agreed = graph.or(agreed, graph.and(both, alike(graph, old, now)));
    }
  }
  return agreed;
}

function alike(graph: Graph, { result: a }: Exit, { result: b }: Exit): Term {
  if (a.kind === 'returns') return b.kind === 'returns' ? equal(graph, 'same', a.value, b.value) : graph.no;
  // Other texts with other values may make one message; that is taken for a difference, and does not replay.
  if (b.kind === 'returns' || JSON.stringify(a.texts) !== JSON.stringify(b.texts)) return graph.no;
  return a.parts.reduce<Term>(
    (all, part, at) => graph.and(all, equal(graph, 'same', part, b.parts[at] ?? 'undefined')),
    graph.yes,
  );
}

/** When a contract is not kept. A throw keeps none. */
function breaches(ensures: readonly Condition[], exits: readonly Exit[], world: World): Term {
  const { graph, inputs } = world;
  let broken = graph.no;
  for (const { guard, result } of exits) {
    const kept =
      result.kind === 'throws'
        ? graph.no
        : ensures.reduce((given, one) => holdsFor(one, [...inputs, result.value], given, world), guard);
    broken = graph.or(broken, graph.and(guard, graph.not(kept)));
  }
  return broken;
}

export function staysExact(graph: Graph, { guard, term }: Computed): Term {
  const most = graph.constant(Number(maxSafe));
  const least = graph.constant(-Number(maxSafe));
  const within = graph.and(graph.apply('<=', 'bool', least, term), graph.apply('<=', 'bool', term, most));
  return graph.or(graph.not(guard), term.op === 'const' ? graph.yes : within);
}

export type Replay = { readonly old: Outcome | undefined; readonly now: Outcome };

/** Runs the programs themselves. undefined: nothing is wrong with these inputs, or they are not admitted. */
export function replay(question: Question, inputs: readonly Primitive[]): Replay | undefined {
  if (!question.requires.every((condition) => isTrue(condition, inputs))) return undefined;
  const now = interpret(question.now, inputs);
  if (question.old !== undefined) {
    const old = interpret(question.old, inputs);
    return sameOutcome(old, now) ? undefined : { old, now };
  }
  const kept =
    now.kind === 'returns' &&
    question.ensures.every((condition) => isTrue(condition, [...inputs, now.value]));
  return kept ? undefined : { old: undefined, now };
}

function isTrue({ expression, ids }: Condition, values: readonly Primitive[]): boolean {
  const outcome = interpretExpression(expression, new Map(ids.map((id, at) => [id, values[at]])));
  return outcome.kind === 'returns' && Boolean(outcome.value);
}
