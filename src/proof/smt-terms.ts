import { Unsupported } from './core.ts';
import type { Sort, Term } from './graph.ts';

/** `integer`: exact as long as every number stays within 2^53 - 1, which is an obligation of its own. */
export type Arithmetic = 'integer' | 'fp64';

export const maxSafe = String(Number.MAX_SAFE_INTEGER);

/** Texts by number: they are only ever compared for equality. */
export type Texts = { numberOf(text: string): number };

export type Writer = {
  sort(sort: Sort): string;
  constant(value: number): string;
  /** SMT-LIB of an operation on numbers; `names` are those of the operands. Throws Unsupported. */
  operation(term: Term, names: readonly string[]): string;
};

export const writers: Readonly<Record<Arithmetic, Writer>> = {
  integer: {
    sort: (sort) => (sort === 'bool' ? 'Bool' : 'Int'),
    constant: integer,
    operation: integerOperation,
  },
  fp64: {
    sort: (sort) => (sort === 'num' ? 'Float64' : sort === 'bool' ? 'Bool' : 'Int'),
    constant: float,
    operation: floatOperation,
  },
};

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new Unsupported(`the number ${value} among whole numbers`);
  return value < 0 ? `(- ${-value})` : String(Math.abs(value));
}

/** The bits of an IEEE 754 double. */
function float(value: number): string {
  if (Number.isNaN(value)) return '(_ NaN 11 53)';
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  return `((_ to_fp 11 53) #x${bits.getBigUint64(0).toString(16).padStart(16, '0')})`;
}

const integerTemplates: Readonly<Record<string, string>> = {
  '+': '(+ $0 $1)',
  '-': '(- $0 $1)',
  '*': '(* $0 $1)',
  '<': '(< $0 $1)',
  '<=': '(<= $0 $1)',
  '>': '(> $0 $1)',
  '>=': '(>= $0 $1)',
  '===': '(= $0 $1)',
  same: '(= $0 $1)',
  min: '(ite (< $0 $1) $0 $1)',
  max: '(ite (> $0 $1) $0 $1)',
  neg: '(- $0)',
  abs: '(abs $0)',
  floor: '$0',
  ceil: '$0',
  trunc: '$0',
  round: '$0',
  truthy: '(not (= $0 0))',
  isInteger: 'true',
  isFinite: 'true',
  isNaN: 'false',
  isSafeInteger: `(and (<= (- ${maxSafe}) $0) (<= $0 ${maxSafe}))`,
};

/** Of `n / d` for a constant whole d > 0, where floor(fl(n / d)) is floor(n / d) as long as |n| <= 2^53 - 1. */
const quotients: Readonly<Record<string, string>> = {
  floor: '(div $0 $1)',
  ceil: '(- (div (- $0) $1))',
  trunc: '(ite (>= $0 0) (div $0 $1) (- (div (- $0) $1)))',
};

function integerOperation(term: Term, names: readonly string[]): string {
  const [of] = term.args;
  if (of?.op === '/') {
    const template = quotients[term.op];
    if (template === undefined || !isDivisor(of)) throw new Unsupported('a quotient among whole numbers');
    return fill(template, names);
  }
  if (term.op === '%') {
    if (!isDivisor(term)) throw new Unsupported('a remainder by what is no positive constant');
    return fill('(ite (>= $0 0) (mod $0 $1) (- (mod (- $0) $1)))', names);
  }
  return templated(integerTemplates, term.op, names);
}

function isDivisor(quotient: Term): boolean {
  const by = quotient.args[1];
  return by?.op === 'const' && Number.isSafeInteger(by.value) && Number(by.value) > 0;
}

const floatTemplates: Readonly<Record<string, string>> = {
  '+': '(fp.add RNE $0 $1)',
  '-': '(fp.sub RNE $0 $1)',
  '*': '(fp.mul RNE $0 $1)',
  '/': '(fp.div RNE $0 $1)',
  '<': '(fp.lt $0 $1)',
  '<=': '(fp.leq $0 $1)',
  '>': '(fp.gt $0 $1)',
  '>=': '(fp.geq $0 $1)',
  '===': '(fp.eq $0 $1)',
  same: '(or (fp.eq $0 $1) (and (fp.isNaN $0) (fp.isNaN $1)))',
  // SMT-LIB leaves fp.min of two zeros open; ECMA-262 says -0.
  min: '(ite (or (fp.isNaN $0) (fp.isNaN $1)) (_ NaN 11 53) (ite (or (fp.lt $0 $1) (and (fp.eq $0 $1) (fp.isNegative $0))) $0 $1))',
  max: '(ite (or (fp.isNaN $0) (fp.isNaN $1)) (_ NaN 11 53) (ite (or (fp.gt $0 $1) (and (fp.eq $0 $1) (fp.isPositive $0))) $0 $1))',
  neg: '(fp.neg $0)',
  abs: '(fp.abs $0)',
  floor: '(fp.roundToIntegral RTN $0)',
  ceil: '(fp.roundToIntegral RTP $0)',
  trunc: '(fp.roundToIntegral RTZ $0)',
  truthy: '(not (or (fp.isZero $0) (fp.isNaN $0)))',
  isNaN: '(fp.isNaN $0)',
  isFinite: '(not (or (fp.isNaN $0) (fp.isInfinite $0)))',
  isInteger: '(and (not (fp.isInfinite $0)) (fp.eq (fp.roundToIntegral RTZ $0) $0))',
  isSafeInteger: `(and (fp.eq (fp.roundToIntegral RTZ $0) $0) (fp.leq (fp.abs $0) ${float(Number.MAX_SAFE_INTEGER)}))`,
};

function floatOperation(term: Term, names: readonly string[]): string {
  return templated(floatTemplates, term.op, names);
}

function templated(
  templates: Readonly<Record<string, string>>,
  op: string,
  names: readonly string[],
): string {
  const template = Object.hasOwn(templates, op) ? templates[op] : undefined;
  if (template === undefined) throw new Unsupported(`${op}, for which no exact encoding is known`);
  return fill(template, names);
}

function fill(template: string, names: readonly string[]): string {
  return template.replaceAll(/\$(\d)/g, (_, at: string) => names[Number(at)] ?? '');
}
