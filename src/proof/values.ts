import { type BinaryOp, type Primitive, type UnaryOp, Unsupported } from './core.ts';
import type { Graph, Term } from './graph.ts';
import { interpretExpression } from './interpret.ts';

/**
 * `mixed`: of one type on one path and of another on another; nothing is known of it. `never`: where no run gets, as
 * after a call that always throws.
 */
export type Value = Term | 'undefined' | 'null' | 'mixed' | 'never';

export function constantValue(graph: Graph, value: Primitive): Value {
  return value === undefined ? 'undefined' : value === null ? 'null' : graph.constant(value);
}

export function chooseValue(graph: Graph, test: Term, yes: Value, no: Value): Value {
  if (test === graph.yes || yes === no) return yes;
  if (test === graph.no || yes === 'never') return no;
  if (no === 'never') return yes;
  if (typeof yes === 'string' || typeof no === 'string' || yes.sort !== no.sort) return 'mixed';
  return graph.choose(test, yes, no);
}

export function truth(graph: Graph, value: Value): Term {
  if (value === 'mixed') throw new Unsupported('a condition that is not always of one type');
  if (typeof value === 'string') return graph.no;
  if (value.op === 'const') return graph.constant(Boolean(value.value));
  if (value.sort === 'bool') return value;
  if (value.sort === 'str') return graph.not(graph.apply('=', 'bool', value, graph.constant('')));
  return graph.apply('truthy', 'bool', value);
}

/** `===`, or (`same`) what sameOutcome says of results. */
export function equal(graph: Graph, op: '===' | 'same', a: Value, b: Value): Term {
  if (a === 'mixed' || b === 'mixed') throw new Unsupported('a value that is not always of one type');
  if (typeof a === 'string' || typeof b === 'string') return graph.constant(a === b && a !== 'never');
  if (a.sort !== b.sort) return graph.no;
  if (a.sort === 'num') return folded(graph, a, b) ?? graph.apply(op, 'bool', a, b);
  if (a === b) return graph.yes;
  if (a.op === 'const' && b.op === 'const') return graph.no;
  return graph.apply('=', 'bool', a, b);
}

function folded(graph: Graph, a: Term, b: Term): Term | undefined {
  const isSame = a.value === b.value && !Number.isNaN(a.value);
  return a.op === 'const' && b.op === 'const' && !(Number.isNaN(a.value) && Number.isNaN(b.value))
    ? graph.constant(isSame)
    : undefined;
}

export function unaryTerm(graph: Graph, kind: Exclude<UnaryOp, 'not'>, value: Value): Value {
  const predicate = kind.startsWith('is');
  if (value === 'never') return value;
  if (value === 'mixed') throw new Unsupported('a value that is not always of one type');
  if (typeof value === 'string' || value.sort !== 'num') {
    if (predicate) return graph.no;
    throw new Unsupported('arithmetic on what is not a number');
  }
  return (
    fold(graph, [value], (of) => ({ op: 'unary', kind, of: of(0) })) ??
    graph.apply(kind, predicate ? 'bool' : 'num', value)
  );
}

const comparisons = new Set<BinaryOp>(['<', '<=', '>', '>=']);

export function binaryTerm(graph: Graph, kind: Exclude<BinaryOp, '===' | '!=='>, a: Value, b: Value): Value {
  if (a === 'never' || b === 'never') return 'never';
  if (typeof a === 'string' || typeof b === 'string' || a.sort !== 'num' || b.sort !== 'num')
    throw new Unsupported('arithmetic on what is not a number');
  return (
    fold(graph, [a, b], (of) => ({ op: 'binary', kind, left: of(0), right: of(1) })) ??
    graph.apply(kind, comparisons.has(kind) ? 'bool' : 'num', a, b)
  );
}

type Operand = (at: number) => { readonly op: 'const'; readonly value: Primitive };

/** Constants are computed as an engine computes them. */
function fold(
  graph: Graph,
  terms: readonly Term[],
  build: (of: Operand) => Parameters<typeof interpretExpression>[0],
): Term | undefined {
  if (terms.some(({ op }) => op !== 'const')) return undefined;
  const outcome = interpretExpression(
    build((at) => ({ op: 'const', value: terms[at]?.value })),
    new Map(),
  );
  const value = outcome.kind === 'returns' ? outcome.value : undefined;
  return typeof value === 'number' || typeof value === 'boolean' ? graph.constant(value) : undefined;
}
