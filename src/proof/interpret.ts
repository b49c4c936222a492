import {
  type BinaryOp,
  type Case,
  type Expression,
  type Outcome,
  type Primitive,
  type Procedure,
  type Statement,
  type Thrown,
  type UnaryOp,
  Unsupported,
} from './core.ts';

type Variables = Map<string, Primitive>;
/** What a statement does: goes on (undefined), leaves a switch, or ends the run. */
type Effect = Outcome | 'break' | undefined;

class ThrownOut extends Error {
  readonly error: string;

  constructor(error: string) {
    super(error);
    this.error = error;
  }
}

/** Runs a procedure as an engine would; none of the change's code is executed. Throws Unsupported. */
export function interpret(procedure: Procedure, inputs: readonly Primitive[]): Outcome {
  return guarded(() => call(procedure, inputs));
}

/** The value of an expression over variables, such as a contract's. */
export function interpretExpression(
  expression: Expression,
  variables: ReadonlyMap<string, Primitive>,
): Outcome {
  return guarded(() => evaluate(expression, new Map(variables)));
}

function guarded(run: () => Primitive): Outcome {
  try {
    return { kind: 'returns', value: run() };
  } catch (thrown) {
    if (thrown instanceof ThrownOut) return { kind: 'throws', error: thrown.error };
    throw thrown;
  }
}

function call(procedure: Procedure, inputs: readonly Primitive[]): Primitive {
  const variables: Variables = new Map(procedure.parameters.map(({ id }, at) => [id, inputs[at]]));
  const ended = run(procedure.body, variables);
  return typeof ended === 'object' && ended.kind === 'returns' ? ended.value : undefined;
}

function run(statements: readonly Statement[], variables: Variables): Effect {
  for (const statement of statements) {
    const effect = step(statement, variables);
    if (effect !== undefined) return effect;
  }
  return undefined;
}

function step(statement: Statement, variables: Variables): Effect {
  switch (statement.op) {
    case 'set':
      variables.set(statement.id, evaluate(statement.value, variables));
      return undefined;
    case 'evaluate':
      evaluate(statement.value, variables);
      return undefined;
    case 'if':
      return run(evaluate(statement.test, variables) ? statement.yes : statement.no, variables);
    case 'switch':
      return choose(evaluate(statement.value, variables), statement.cases, variables);
    case 'break':
      return 'break';
    case 'return':
      return { kind: 'returns', value: evaluate(statement.value, variables) };
    case 'throw':
      throw new ThrownOut(messageOf(statement.error, variables));
  }
}

function choose(value: Primitive, cases: readonly Case[], variables: Variables): Effect {
  const matching = cases.findIndex((one) => !one.isDefault && one.test === value);
  const from = matching === -1 ? cases.findIndex(({ isDefault }) => isDefault) : matching;
  if (from === -1) return undefined;
  for (const { body } of cases.slice(from)) {
    const effect = run(body, variables);
    if (effect === 'break') return undefined;
    if (effect !== undefined) return effect;
  }
  return undefined;
}

function messageOf({ texts, parts }: Thrown, variables: Variables): string {
  return texts.reduce((text, next, at) => {
    const part = parts[at - 1];
    return `${text}${part === undefined ? '' : String(evaluate(part, variables))}${next}`;
  });
}

function evaluate(expression: Expression, variables: Variables): Primitive {
  switch (expression.op) {
    case 'const':
      return expression.value;
    case 'read':
      return variables.get(expression.id);
    case 'unary':
      return unary(expression.kind, evaluate(expression.of, variables));
    case 'binary':
      return binary(
        expression.kind,
        evaluate(expression.left, variables),
        evaluate(expression.right, variables),
      );
    case 'both':
      return evaluate(expression.left, variables) && evaluate(expression.right, variables);
    case 'either':
      return evaluate(expression.left, variables) || evaluate(expression.right, variables);
    case 'choose':
      return evaluate(expression.test, variables)
        ? evaluate(expression.yes, variables)
        : evaluate(expression.no, variables);
    case 'call':
      return call(
        expression.callee,
        expression.args.map((arg) => evaluate(arg, variables)),
      );
  }
}

const predicates = {
  isInteger: Number.isInteger,
  isSafeInteger: Number.isSafeInteger,
  isNaN: Number.isNaN,
  isFinite: Number.isFinite,
};

function unary(kind: UnaryOp, value: Primitive): Primitive {
  if (kind === 'not') return !value;
  if (kind === 'isInteger' || kind === 'isSafeInteger' || kind === 'isNaN' || kind === 'isFinite')
    return predicates[kind](value);
  const number = numeric(value);
  return kind === 'neg' ? -number : Math[kind](number);
}

/** Conversions between types are outside the subset. */
function numeric(value: Primitive): number {
  if (typeof value !== 'number') throw new Unsupported('arithmetic on what is not a number');
  return value;
}

function binary(kind: BinaryOp, left: Primitive, right: Primitive): Primitive {
  if (kind === '===') return left === right;
  if (kind === '!==') return left !== right;
  return numbers[kind](numeric(left), numeric(right));
}

const numbers: Readonly<Record<Exclude<BinaryOp, '===' | '!=='>, (a: number, b: number) => Primitive>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  min: Math.min,
  max: Math.max,
};
