import type { ChangeId, Proposal, Sha } from '../../domain/change.ts';
import type { Colour } from './bisect.ts';
import { skip } from './rules.ts';

/** `commit`: or the tree that a revert would bring. */
export type Measurement = {
  readonly commit: Sha;
  readonly colour: Colour;
  /** It is unknown; null: it is not. */
  readonly why: string | null;
};

export type InquiryReport = {
  readonly code: string;
  readonly reason: string;
  /** Since which the check fails; null: not known. */
  readonly culprit: { readonly commit: Sha; readonly change: ChangeId | null } | null;
  readonly proposal: Proposal | null;
  /** A change whose rollout is to be taken back, since it is to blame; null: none. */
  readonly takeBack: ChangeId | null;
  /** In the order in which it was done. */
  readonly measured: readonly Measurement[];
};

/** What an inquiry has come to, but for what was measured on the way. */
export type Found = Omit<InquiryReport, 'measured'>;
export type Measure = (of: Sha) => Promise<Colour>;

export function unmeasured(what: string, commit: Sha): Found {
  return nobody(
    'unmeasured',
    `The check could not be run on ${what}, ${shortName(commit)}, or did not end the same way twice: nobody is blamed.`,
  );
}

export function nobody(word: string, reason: string): Found {
  return { ...skip(word, reason), culprit: null, proposal: null, takeBack: null };
}

export function shortName(commit: Sha): string {
  return commit.slice(0, 12);
}
