import type { RecordedCall } from './recorded-call.ts';
import type { SystemCalls } from './system-calls.ts';

/** One thing that a call was seen to do. `shown` is for people; the rest is compared. */
export type Outcome = {
  /** `return`, `throw`, `resolve`, `reject`, `read`, `called`, `called-later`, `argument 0`, …; `more`: too many to keep. */
  readonly kind: string;
  readonly type: string;
  readonly digest: string;
  readonly shown: string;
};

/** A call of a package with one set of arguments, or a read of one of its properties. */
export type SeenCall = {
  readonly package: string;
  readonly path: string;
  /** As shown; '' for a read. */
  readonly args: string;
  /** Each outcome once, by facet: `load`, `result`, `settled`, `callback 1`, `mutation`, `reads`, `ambient`. */
  readonly facets: ReadonlyMap<string, readonly Outcome[]>;
};

export type LoadedPackage = {
  readonly package: string;
  readonly version: string | undefined;
  /** The package that asked for it; undefined: the project itself. */
  readonly by: string | undefined;
};

/** What a test run saw of some packages from where their clients stand. */
export type Behaviour = {
  readonly loads: readonly LoadedPackage[];
  /** By a key that is the same in each run for the same call. */
  readonly calls: ReadonlyMap<string, SeenCall>;
  /** Why there may have been more than is here; empty: all of it is here. */
  readonly gaps: readonly string[];
  /** Calls of exports whose arguments were plain data, each once, some of many; absent: none were kept. */
  readonly inputs?: readonly RecordedCall[];
  /** What the run asked of the kernel meanwhile; undefined: nobody looked. */
  readonly systemCalls?: SystemCalls | undefined;
};

export type Observation =
  | {
      readonly kind: 'observed';
      /** What differs between these two is not the change's doing; where one run said all, it stands here twice. */
      readonly base: readonly [Behaviour, Behaviour];
      readonly head: Behaviour;
    }
  /** `disturbed`: tests that pass fail when they are watched. `not-run`: the tests do not pass, so nothing is compared. */
  | { readonly kind: 'disturbed' | 'not-run' };
