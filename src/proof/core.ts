/** What a value of the subset can be. */
export type Primitive = number | boolean | string | undefined | null;

/** What an input may be, read from its annotation. */
export type Domain =
  | { readonly kind: 'number' | 'boolean' | 'string' }
  | { readonly kind: 'literals'; readonly values: readonly (number | boolean | string)[] };

export type UnaryOp = 'neg' | 'not' | MathOp | PredicateOp;
export type MathOp = 'abs' | 'floor' | 'ceil' | 'trunc' | 'round';
export type PredicateOp = 'isInteger' | 'isSafeInteger' | 'isNaN' | 'isFinite';
export type BinaryOp = '+' | '-' | '*' | '/' | '%' | '<' | '<=' | '>' | '>=' | '===' | '!==' | 'min' | 'max';

/** Every variable has a name of its own (`name#3`), so that nothing shadows anything. */
export type Expression =
  | { readonly op: 'const'; readonly value: Primitive }
  | { readonly op: 'read'; readonly id: string }
  | { readonly op: 'unary'; readonly kind: UnaryOp; readonly of: Expression }
  | { readonly op: 'binary'; readonly kind: BinaryOp; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'both' | 'either'; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'choose'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly op: 'call'; readonly callee: Procedure; readonly args: readonly Expression[] };

/** `texts` stand around `parts`: `RangeError: bad ${n}`. */
export type Thrown = { readonly texts: readonly string[]; readonly parts: readonly Expression[] };

export type Statement =
  | { readonly op: 'set'; readonly id: string; readonly value: Expression }
  | { readonly op: 'evaluate'; readonly value: Expression }
  | {
      readonly op: 'if';
      readonly test: Expression;
      readonly yes: readonly Statement[];
      readonly no: readonly Statement[];
    }
  | { readonly op: 'switch'; readonly value: Expression; readonly cases: readonly Case[] }
  | { readonly op: 'break' }
  | { readonly op: 'return'; readonly value: Expression }
  | { readonly op: 'throw'; readonly error: Thrown };

/** `test` undefined: `default`. Tests are constants. */
export type Case = {
  readonly test: Primitive;
  readonly isDefault: boolean;
  readonly body: readonly Statement[];
};

export type Parameter = { readonly id: string; readonly name: string; readonly domain: Domain | undefined };
export type Procedure = {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
};

/** What a run ends in. A thrown error is its class and message. */
export type Outcome =
  | { readonly kind: 'returns'; readonly value: Primitive }
  | { readonly kind: 'throws'; readonly error: string };

/** Outside the subset: nothing is known, and nothing is claimed. `at`: the offset in the source. */
export class Unsupported extends Error {
  readonly at: number | undefined;

  constructor(what: string, at?: number) {
    super(what);
    this.name = 'Unsupported';
    this.at = at;
  }
}

/** 0 and -0 count as one value, and NaN equals itself (SameValueZero of ECMA-262). */
export function sameOutcome(a: Outcome, b: Outcome): boolean {
  if (a.kind === 'throws') return b.kind === 'throws' && a.error === b.error;
  return b.kind === 'returns' && (a.value === b.value || (Number.isNaN(a.value) && Number.isNaN(b.value)));
}
