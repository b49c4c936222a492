import type { Case, Expression, Procedure, Statement, Thrown } from './core.ts';
import type { Graph, Term } from './graph.ts';
import { binaryTerm, chooseValue, constantValue, equal, truth, unaryTerm, type Value } from './values.ts';

export type Result =
  | { readonly kind: 'returns'; readonly value: Value }
  | { readonly kind: 'throws'; readonly texts: readonly string[]; readonly parts: readonly Value[] };
/** One way out, and when it is taken. The guards of a run exclude each other. */
export type Exit = { readonly guard: Term; readonly result: Result };

/** A number that is computed, and when. Whole numbers are exact only up to 2^53 - 1. */
export type Computed = { readonly guard: Term; readonly term: Term };

type Variables = Map<string, Value>;
type Alternative = { readonly live: Term; readonly variables: Variables };

/** Where a run stands: `live` says for which inputs it gets there. */
type Frame = {
  variables: Variables;
  live: Term;
  readonly returned: { readonly guard: Term; readonly value: Value }[];
  readonly left: Alternative[];
};

/** Runs a program for all inputs at once. Throws Unsupported. */
export class SymbolicRun {
  readonly #graph: Graph;
  readonly #thrown: Exit[] = [];
  readonly computed: Computed[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The ways out of a procedure, for the inputs that `given` admits. */
  call(procedure: Procedure, inputs: readonly Value[], given: Term): readonly Exit[] {
    const from = this.#thrown.length;
    const frame = this.#enter(procedure, inputs, given);
    const returned = frame.returned.map(
      ({ guard, value }): Exit => ({ guard, result: { kind: 'returns', value } }),
    );
    return [...returned, ...this.#thrown.slice(from)].filter(({ guard }) => guard !== this.#graph.no);
  }

  /** When an expression is true, and when it ends normally at all. */
  test(
    expression: Expression,
    variables: ReadonlyMap<string, Value>,
    given: Term,
  ): { holds: Term; ends: Term } {
    const frame: Frame = { variables: new Map(variables), live: given, returned: [], left: [] };
    const holds = this.#condition(expression, frame);
    return { holds, ends: frame.live };
  }

  #enter(procedure: Procedure, inputs: readonly Value[], live: Term): Frame {
    const variables: Variables = new Map(
      procedure.parameters.map(({ id }, at) => [id, inputs[at] ?? 'undefined']),
    );
    const frame: Frame = { variables, live, returned: [], left: [] };
    this.#run(procedure.body, frame);
    if (frame.live !== this.#graph.no) frame.returned.push({ guard: frame.live, value: 'undefined' });
    return frame;
  }

  #run(statements: readonly Statement[], frame: Frame): void {
    for (const statement of statements) {
      if (frame.live === this.#graph.no) return;
      this.#step(statement, frame);
    }
  }

  #step(statement: Statement, frame: Frame): void {
    switch (statement.op) {
      case 'set':
        frame.variables.set(statement.id, this.#value(statement.value, frame));
        return;
      case 'evaluate':
        this.#value(statement.value, frame);
        return;
      case 'if':
        this.#branch(statement, frame);
        return;
      case 'switch':
        this.#switch(this.#value(statement.value, frame), statement.cases, frame);
        return;
      case 'break':
        frame.left.push({ live: frame.live, variables: frame.variables });
        break;
      case 'return': {
        const value = this.#value(statement.value, frame);
        frame.returned.push({ guard: frame.live, value });
        break;
      }
      case 'throw':
        this.#throw(statement.error, frame);
    }
    frame.live = this.#graph.no;
  }

  #throw({ texts, parts }: Thrown, frame: Frame): void {
    const values = parts.map((part) => this.#value(part, frame));
    this.#thrown.push({ guard: frame.live, result: { kind: 'throws', texts, parts: values } });
  }

  #branch({ test, yes, no }: Extract<Statement, { op: 'if' }>, frame: Frame): void {
    const graph = this.#graph;
    const holds = this.#condition(test, frame);
    const start = frame.live;
    const sides = [
      { body: yes, live: graph.and(start, holds) },
      { body: no, live: graph.and(start, graph.not(holds)) },
    ].map(({ body, live }) => {
      const side: Frame = { ...frame, variables: new Map(frame.variables), live };
      this.#run(body, side);
      return { side, whole: side.live === live };
    });
    this.#join(
      frame,
      sides.map(({ side }) => side),
    );
    if (sides.every(({ whole }) => whole)) frame.live = start;
  }

  #switch(value: Value, cases: readonly Case[], frame: Frame): void {
    const graph = this.#graph;
    const { variables, live: start } = frame;
    const matches = cases.map(({ test, isDefault }) =>
      isDefault ? graph.no : equal(graph, '===', value, constantValue(graph, test)),
    );
    const none = matches.reduce((all, match) => graph.and(all, graph.not(match)), graph.yes);
    const inner: Frame = { ...frame, live: graph.no, left: [] };
    let earlier = graph.no;
    for (const [at, { isDefault, body }] of cases.entries()) {
      const match = matches[at] ?? graph.no;
      const entry = graph.and(start, isDefault ? none : graph.and(match, graph.not(earlier)));
      earlier = graph.or(earlier, match);
      this.#join(inner, [{ live: entry, variables: new Map(variables) }, inner]);
      this.#run(body, inner);
    }
    const past = cases.some(({ isDefault }) => isDefault) ? graph.no : graph.and(start, none);
    this.#join(frame, [...inner.left, inner, { live: past, variables }]);
  }

  /** Goes on where any of the alternatives does. What not all of them declare is local to some. */
  #join(frame: Frame, alternatives: readonly Alternative[]): void {
    const graph = this.#graph;
    const [first, ...rest] = alternatives.filter(({ live }) => live !== graph.no);
    let joined: Alternative = first ?? { live: graph.no, variables: frame.variables };
    for (const { live, variables } of rest) {
      const merged: Variables = new Map();
      for (const [id, value] of variables) {
        const other = joined.variables.get(id);
        if (other !== undefined) merged.set(id, chooseValue(graph, live, value, other));
      }
      joined = { live: graph.or(joined.live, live), variables: merged };
    }
    frame.live = joined.live;
    frame.variables = new Map(joined.variables);
  }

  #value(expression: Expression, frame: Frame): Value {
    const graph = this.#graph;
    switch (expression.op) {
      case 'const':
        return constantValue(graph, expression.value);
      case 'read':
        return frame.variables.get(expression.id) ?? 'undefined';
      case 'unary':
        if (expression.kind === 'not') return graph.not(this.#condition(expression.of, frame));
        return unaryTerm(graph, expression.kind, this.#value(expression.of, frame));
      case 'binary':
        return this.#binary(expression, frame);
      case 'both':
      case 'either':
        return this.#shortCircuit(expression, frame);
      case 'choose': {
        const test = this.#condition(expression.test, frame);
        const [yes, no] = this.#either(test, frame, [expression.yes, expression.no]);
        return chooseValue(graph, test, yes, no);
      }
      case 'call':
        return this.#callInside(expression, frame);
    }
  }

  #binary({ kind, left, right }: Extract<Expression, { op: 'binary' }>, frame: Frame): Value {
    const graph = this.#graph;
    const a = this.#value(left, frame);
    const b = this.#value(right, frame);
    if (kind === '===') return equal(graph, '===', a, b);
    if (kind === '!==') return graph.not(equal(graph, '===', a, b));
    const term = binaryTerm(graph, kind, a, b);
    if (typeof term !== 'string' && (kind === '+' || kind === '-' || kind === '*'))
      this.computed.push({ guard: frame.live, term });
    return term;
  }

  #shortCircuit({ op, left, right }: Extract<Expression, { op: 'both' | 'either' }>, frame: Frame): Value {
    const first = this.#value(left, frame);
    const test = op === 'both' ? truth(this.#graph, first) : this.#graph.not(truth(this.#graph, first));
    const [second] = this.#either(test, frame, [right, undefined]);
    return chooseValue(this.#graph, test, second, first);
  }

  /** The truth alone: `n && b` is of no one type, yet it can be tested. */
  #condition(expression: Expression, frame: Frame): Term {
    const graph = this.#graph;
    if (expression.op !== 'both' && expression.op !== 'either')
      return truth(graph, this.#value(expression, frame));
    const first = this.#condition(expression.left, frame);
    const test = expression.op === 'both' ? first : graph.not(first);
    const second = this.#inside(test, frame, (inner) => this.#condition(expression.right, inner));
    return expression.op === 'both' ? graph.and(first, second) : graph.or(first, second);
  }

  #either(
    test: Term,
    frame: Frame,
    [yes, no]: readonly [Expression, Expression | undefined],
  ): readonly [Value, Value] {
    const before = frame.live;
    const one = this.#inside(test, frame, (inner) => this.#value(yes, inner));
    if (no === undefined) return [one, 'undefined'];
    const afterOne = frame.live;
    const otherwise = this.#graph.not(test);
    frame.live = before;
    const other = this.#inside(otherwise, frame, (inner) => this.#value(no, inner));
    frame.live = afterOne === before ? frame.live : this.#graph.and(afterOne, frame.live);
    return [one, other];
  }

  /** Evaluates what is evaluated only when `test` holds; what throws there ends the run there. */
  #inside<T>(test: Term, frame: Frame, evaluate: (inner: Frame) => T): T {
    const graph = this.#graph;
    const start = graph.and(frame.live, test);
    const inner: Frame = { ...frame, live: start };
    const value = evaluate(inner);
    if (inner.live !== start) frame.live = graph.or(graph.and(frame.live, graph.not(test)), inner.live);
    return value;
  }

  #callInside({ callee, args }: Extract<Expression, { op: 'call' }>, frame: Frame): Value {
    const graph = this.#graph;
    const inputs = args.map((arg) => this.#value(arg, frame));
    const thrownBefore = this.#thrown.length;
    const { returned } = this.#enter(callee, inputs, frame.live);
    const [last, ...others] = returned.toReversed();
    if (this.#thrown.length !== thrownBefore)
      frame.live = returned.reduce((any, { guard }) => graph.or(any, guard), graph.no);
    return others.reduce(
      (value, each) => chooseValue(graph, each.guard, each.value, value),
      last?.value ?? 'never',
    );
  }
}
