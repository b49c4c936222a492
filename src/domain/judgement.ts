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

/** The note with which the stage keeps its report of a change that it stops: the engine journals no more than the conclusion. */
export const judgeNote = 'judge.vetoed';

export type JudgeVerdict = 'no-objection' | 'veto' | 'abstain';

/** `dropped`: findings that did not count, each with the reason. */
export type AskOutcome = Ask & {
  readonly dropped: readonly string[];
} & (
    | { readonly verdict: 'veto'; readonly findings: readonly JudgeFinding[] }
    /** `speaking`: where text speaks to a reviewer; absent: that is not why. */
    | {
        readonly verdict: 'abstain';
        readonly reasons: readonly string[];
        readonly speaking?: readonly JudgeFinding[];
      }
    | { readonly verdict: 'no-objection' }
  );

/** Which model wrote a change. `nobody`: a program that asks no model, or a person. `unknown`: some model, nobody says which. */
export type ChangeAuthor =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'model'; readonly family: string }
  | { readonly kind: 'unknown' };

/** What asking cost; `microdollars` null: no price is configured for one of the models. */
export type JudgeUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microdollars: number | null;
};

/** One ask, as the journal keeps it. `cached`: the same was asked before, and nobody was asked again. */
export type AskRecord = Ask & {
  readonly verdict: JudgeVerdict;
  /** The first reasons of an abstention. */
  readonly reasons: readonly string[];
  readonly dropped: readonly string[];
  readonly usage: JudgeUsage;
  readonly cached: boolean;
  readonly ms: number;
};

/** Whether "no objection" counts: earned by finding seeded defects, lost by missing them. */
export type Standing = {
  readonly earned: boolean;
  /** One sentence, without its full stop. */
  readonly why: string;
};

export type PanelModel = {
  readonly name: string;
  readonly family: string;
  readonly model: string;
  readonly scripted: boolean;
};

/** Who was asked what, and what each said. */
export type JudgeRecord = {
  readonly panel: readonly PanelModel[];
  /** How many families must have no objection. */
  readonly families: number;
  readonly author: ChangeAuthor;
  /** Of the prompts that were asked. */
  readonly prompts: string;
  /** Of panel, prompts and families together: another digest is another judge, with a standing of its own. */
  readonly judge: string;
  readonly standing: Standing;
  readonly findings: readonly JudgeFinding[];
  readonly asks: readonly AskRecord[];
  readonly usage: JudgeUsage;
  /** Asks and findings that did not fit in. */
  readonly omitted: number;
};
