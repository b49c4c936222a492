import type { GuardrailResult } from './verdict.ts';

/* What a judge is shown of a change, and what became of each question that it was asked. */

/** A line of a diff. `line`: of the real file, from 1; of the head, or of the base for `removed`. */
export type ShownLine = {
  readonly side: 'added' | 'removed' | 'kept';
  readonly line: number;
  readonly text: string;
};
export type Side = ShownLine['side'];

export type ShownFile = {
  readonly path: string;
  /** Only where it was renamed. */
  readonly oldPath?: string;
  /** As git says it, with `executable` where the file can be run. */
  readonly status: string;
  readonly hunks: readonly (readonly ShownLine[])[];
};

/** [] shows nothing, and counts as nothing seen. */
export type ShownDiff = readonly ShownFile[];

export const lensNames = [
  'correctness',
  'security',
  'operations',
  'documentation',
  'dependency',
  'flags',
] as const;
/** A point of view with questions of its own. */
export type LensName = (typeof lensNames)[number];
/** `instructions` looks at comments too, and can only abstain. */
export type AskedLens = LensName | 'instructions';

/** Swapped: files, hunks, evidence and questions the other way round. */
export type AskOrder = 'plain' | 'swapped';

/** One request to one model of the panel. */
export type Ask = {
  /** The name that the configuration gives it. */
  readonly model: string;
  readonly lens: AskedLens;
  readonly order: AskOrder;
};

/** What a model found, at a place where its quote was found again. The words are the model's. */
export type JudgeFinding = Ask & {
  readonly question: string;
  readonly file: string;
  readonly side: Side;
  readonly line: number;
  readonly quote: string;
  readonly why: string;
};

export type JudgeVerdict = 'no-objection' | 'veto' | 'abstain';

/** `dropped`: findings that did not count, each with the reason. */
export type AskOutcome = Ask & {
  readonly dropped: readonly string[];
} & (
    | { readonly verdict: 'veto'; readonly findings: readonly JudgeFinding[] }
    | { readonly verdict: 'abstain'; readonly reasons: readonly string[] }
    | { readonly verdict: 'no-objection' }
  );

/** Which model wrote a change. `nobody`: a program that asks no model, or a person. `unknown`: some model, nobody says which. */
export type ChangeAuthor =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'model'; readonly family: string }
  | { readonly kind: 'unknown' };

export type JudgeInput = {
  /** Unified diff, comments stripped. */
  readonly diff: string;
  readonly changeClass: string;
  readonly evidence: readonly Pick<GuardrailResult, 'name' | 'verdict' | 'code'>[];
};

export type JudgeAnswer =
  | {
      readonly verdict: 'no-objection' | 'veto' | 'abstain';
      readonly reasons: readonly string[];
      readonly model: string;
    }
  | { readonly verdict: 'not-configured' };
