import type { ApiFile } from './api.ts';

/** What values a declared type has, as plain data. */
export type TypeShape =
  /** Anything at all: also what is too deep, or too clever, to be followed. `nothing`: no plain data is of it, such as a function. */
  | { readonly kind: 'anything' | 'nothing' }
  | { readonly kind: 'string' | 'number' | 'boolean' | 'bigint' | 'date' | 'null' | 'undefined' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'list'; readonly of: TypeShape }
  | { readonly kind: 'tuple'; readonly of: readonly TypeShape[] }
  | {
      readonly kind: 'object';
      readonly properties: readonly TypedProperty[];
      /** Of names that are not among the properties; undefined: there are none. */
      readonly others?: TypeShape;
    }
  | { readonly kind: 'union'; readonly of: readonly TypeShape[] };

export type TypedProperty = {
  readonly name: string;
  readonly optional: boolean;
  readonly type: TypeShape;
};

/** One way to call a function. */
export type CallShape = {
  readonly parameters: readonly { readonly type: TypeShape; readonly optional: boolean }[];
  /** Of each argument behind them; undefined: there are none. */
  readonly rest?: TypeShape;
};

/** A function that a client gets by these steps from what it asks for (`RecordedCall`). */
export type AskedFunction = {
  readonly kind: 'call' | 'construct';
  readonly steps: readonly [string, ...string[]];
};

export type ParameterQuestion = {
  readonly name: string;
  /** Declarations and manifests; of `@types/NAME` where the package has none. */
  readonly old: readonly ApiFile[];
  readonly now: readonly ApiFile[];
  readonly functions: readonly AskedFunction[];
};

/** How a function may be called, by each version; empty: that version does not declare it. */
export type DeclaredFunction = { readonly old: readonly CallShape[]; readonly now: readonly CallShape[] };
