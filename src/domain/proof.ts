/** `equivalence`: the same outcome as before for all inputs; `contract`: what its `@ensures` says. */
export type Claim = 'equivalence' | 'contract';

/** Values as source text; `old` is undefined for a contract. */
export type Counterexample = {
  readonly inputs: readonly { readonly name: string; readonly value: string }[];
  readonly old: string | undefined;
  readonly new: string;
};

export type Proof =
  | { readonly verdict: 'proved'; readonly claim: Claim; readonly arithmetic: 'integer' | 'fp64' }
  /** Replayed: both versions were interpreted with these inputs. */
  | { readonly verdict: 'refuted'; readonly claim: Claim; readonly counterexample: Counterexample }
  /** Outside the subset. `line` from 1; undefined: it has no place. */
  | {
      readonly verdict: 'unsupported';
      readonly side: 'old' | 'new';
      readonly why: string;
      readonly line: number | undefined;
    }
  /** `tried`: how many inputs were run without finding a difference, which proves nothing. */
  | { readonly verdict: 'unknown'; readonly why: string; readonly tried: number };

/** `unplaced`: a tag that belongs to no function of the top level, in a file that changed. */
export type CriticalState =
  | 'unchanged'
  | 'changed'
  | 'added'
  | 'removed'
  | 'untagged'
  | 'contract-changed'
  | 'unplaced';

/** A function tagged `@critical` in the old or the new version of a file. */
export type CriticalFunction = {
  readonly name: string;
  /** From 1; in the new version, or in the old one when it is gone. */
  readonly line: number;
  readonly state: CriticalState;
  /** It carries `@ensures`. */
  readonly contract: boolean;
};
