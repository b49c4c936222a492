import type { Hash } from './merkle.ts';

/** What somebody outside the log remembers of it: a gate's attestation, a merge commit's trailer, a checkpoint kept elsewhere. */
export type Anchor = { readonly source: string; readonly size: number; readonly root: Hash };

export type LogFiles = {
  /** The signed note; undefined: the file is not there. */
  readonly checkpoint: string | undefined;
  /** Tiles and entry bundles by their path below the log's directory. */
  readonly files: ReadonlyMap<string, Uint8Array>;
};

export type BrokenCode =
  | 'checkpoint.missing'
  | 'checkpoint.invalid'
  | 'file.missing'
  | 'bundle.malformed'
  | 'entry.invalid'
  | 'entry.misplaced'
  | 'entry.altered'
  | 'tile.altered'
  | 'root.differs'
  | 'anchor.truncated'
  | 'anchor.rewritten'
  | 'journal.differs';

/** Where the log is broken: one entry, one file, or somewhere among the entries `from` (inclusive) to `to` (exclusive). */
export type BrokenPlace =
  | { readonly entry: number }
  | { readonly file: string }
  | { readonly from: number; readonly to: number };

/** Beyond what an anchor has seen, nothing tells that the end was cut off. */
export type Truncation = `excluded up to ${number} of ${number} entries (${string})` | 'not excluded';

/**
 * `truncation` is about the end of the log: a checkpoint signed by the recorder, but older, looks whole.
 * Only an anchor shows that nothing up to its size was cut off or rewritten by whoever holds the recorder's key.
 */
export type LogVerification =
  | {
      readonly kind: 'ok';
      readonly size: number;
      readonly root: string;
      readonly truncation: Truncation;
    }
  | {
      readonly kind: 'broken';
      readonly at: BrokenPlace;
      readonly code: BrokenCode;
      readonly expected: string;
      readonly found: string;
    };

export type Broken = Extract<LogVerification, { kind: 'broken' }>;

export function missing(path: string): Broken {
  return broken({ file: path }, 'file.missing', [path, 'no such file']);
}

export function broken(
  at: BrokenPlace,
  code: BrokenCode,
  [expected, found]: readonly [string, string],
): Broken {
  return { kind: 'broken', at, code, expected, found };
}
