import type { SourcePair } from './syntax.ts';

/** What to compare: the change's code files, both versions. `''` is a file that does not exist. */
export type FlagQuestion = {
  readonly files: readonly SourcePair[];
  /** Files of the head that are not part of the change, as far as they were asked for. */
  readonly others: readonly { readonly path: string; readonly text: string }[];
  /** Every path of the head. */
  readonly paths: readonly string[];
  /** `MODULE#NAME`: what evaluates a flag beside OpenFeature's clients. */
  readonly helpers: readonly string[];
};

/** Where two trees part. Lines from 1; undefined: nothing stands there. */
export type Difference = {
  readonly path: string;
  readonly oldLine: number | undefined;
  readonly newLine: number | undefined;
  readonly old: string;
  readonly new: string;
};

export type FlagDoubt = { readonly path: string; readonly line: number; readonly why: string };

/** The flags that a change adds or removes, and what is left of the change without them. */
export type FlagAnswer = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Flags added with a default that is not `false`: a provider that fails switches them on. */
  readonly onByDefault: readonly FlagDoubt[];
  /** What could not be understood: nothing is claimed. */
  readonly doubts: readonly FlagDoubt[];
  /** With what is added switched off. undefined: nothing is added, or nothing differs. */
  readonly off: Difference | undefined;
  /** With what is removed switched off, or on, in the old version: whether that is the new version. */
  readonly restores: 'on' | 'off' | 'neither' | undefined;
  /** Where it is neither: where the new version is not the old one with what is removed switched on. */
  readonly on: Difference | undefined;
  /** Files outside of the change that it newly loads, to be asked for again with their text. */
  readonly wants: readonly string[];
};
