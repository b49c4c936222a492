import type { ChangeClass, ChangeId, FileChange, PackageChange, Proposal, Sha } from './change.ts';
import type { Conclusion, PolicyDecision } from './decision.ts';
import type { Signal } from './journal.ts';
import type { Json, JsonObject } from './json.ts';
import type { JudgeRecord, JudgeVerdict } from './judgement.ts';
import type { GuardrailResult } from './verdict.ts';

export const stageNames = [
  'classify',
  'guardrails',
  'judge',
  'policy',
  'merge',
  'release',
  'rollout',
  'conclude',
] as const;
export type StageName = (typeof stageNames)[number];

/** What a stage call answers. A stage never sleeps: it answers `again` or `wait`. */
export type StageOutcome<Data> =
  | { readonly kind: 'done'; readonly data: Data }
  | { readonly kind: 'again'; readonly at: Date }
  | { readonly kind: 'wait'; readonly signal: string; readonly until?: Date }
  /** The branch moved in between: back to classify, at most 5 times. */
  | { readonly kind: 'raced'; readonly reason: string }
  | { readonly kind: 'stop'; readonly conclusion: Conclusion };

/** What classify found: everything later stages ask about the diff. */
export type Classification = {
  readonly class: ChangeClass;
  /** Why this class, or why none better: one sentence each. */
  readonly reasons: readonly string[];
  /** Tip of the target branch that the change was merged onto for testing. */
  readonly base: Sha;
  /** The tree that would be merged: what the guardrails test is what the merge lands. */
  readonly tree: Sha;
  readonly files: readonly FileChange[];
  readonly packages: readonly PackageChange[];
  /** Paths under `.autoland/`, CI definitions and the like: never autonomous, whatever the policy says. */
  readonly protectedPaths: readonly string[];
  /** New versions that mend what is known to be vulnerable; only of class `dependency-security`. */
  readonly fixes?: readonly FixedVersion[];
};

export type FixedVersion = {
  readonly name: string;
  readonly version: string;
  /** Of the advisories. */
  readonly ids: readonly string[];
};

export type GuardrailsReport = {
  readonly verdict: 'pass' | 'fail' | 'abstain';
  readonly results: readonly GuardrailResult[];
  /** The signed findings, by the SHA-256 of what was signed (`sha256:hex`); undefined: none was signed. */
  readonly attestations?: readonly { readonly name: string; readonly digest: string }[];
};

export type JudgeReport = {
  readonly verdict: JudgeVerdict | 'not-configured';
  readonly reasons: readonly string[];
  /** Absent: no model was asked. */
  readonly record?: JudgeRecord;
};

export type MergeReport = { readonly commit: Sha; readonly onto: Sha };

/** What was built for a service, and is to be released. */
export type Built = { readonly service: string; readonly digest: string };

/** `deploys: false`: nothing runs differently. `sameAsStable`: what was built is what runs already. */
export type ReleaseReport =
  | { readonly deploys: false; readonly why: string; readonly sameAsStable: boolean }
  | {
      readonly deploys: true;
      readonly service: string;
      readonly digest: string;
      readonly stable: string;
      /** A revert to what production ran before: proved already, and warm. */
      readonly restores: boolean;
      /** RFC 3339: until when the gate's decision lets users be exposed to it. */
      readonly expires: string;
      /** The services that get theirs after this one, in this order; absent: none. */
      readonly rest?: readonly Built[];
      /** The services for which what was built is what runs already; absent: none. */
      readonly same?: readonly string[];
    };

/** Release and rollout for one service of a change that others get after it. */
export type Leg = {
  readonly release: Extract<ReleaseReport, { deploys: true }>;
  readonly rollout: RolloutReport;
};

/** `ran: false`: there was nothing to expose. `flag` null: a revert went back to the version before, without a canary. */
export type RolloutReport =
  | { readonly ran: false; readonly why: string }
  | ({
      readonly ran: true;
      readonly flag: string | null;
      readonly seconds: number;
      /** The flag in its code that everybody has now, and the key that holds it; absent: it adds none. */
      readonly codeFlag?: { readonly key: string; readonly flag: string };
    } & Exposure);

export type Exposure = {
  readonly usersExposed: number;
  /** Users to whom the candidate answered with an error. */
  readonly usersErrored: number;
  /** Of those, how many baseline's rate lets expect: honest background failures. */
  readonly backgroundErrors: number;
};

export type StageData = {
  readonly classify: Classification;
  readonly guardrails: GuardrailsReport;
  readonly judge: JudgeReport;
  readonly policy: PolicyDecision;
  readonly merge: MergeReport;
  readonly release: ReleaseReport;
  readonly rollout: RolloutReport;
  readonly conclude: Conclusion;
};

/** What a stage call knows of its change, and how it acts. */
export type StageContext = {
  readonly id: ChangeId;
  readonly proposal: Proposal;
  /** Results of the stages before, of this round. A stage reads only those that the pipeline orders before it. */
  readonly results: { readonly [S in StageName]?: StageData[S] };
  /** Those that are behind it, where several services get the change; `results` has the last one. */
  readonly legs: readonly Leg[];
  /** Set once a stage has stopped the change. */
  readonly conclusion: Conclusion | undefined;
  /** How often the change lost a race and began again. */
  readonly round: number;
  /** When the first call of this stage of this round began. */
  readonly stageSince: Date;
  readonly now: Date;
  /** Signals that no stage has taken in yet. */
  readonly signals: readonly Signal[];
  /** The last data that `note` recorded under this type in this stage and round. */
  recall(type: string): JsonObject | undefined;
  /** Journals a fact. */
  note(type: string, data: JsonObject): Promise<void>;
  /** Takes a signal in: it is not pending any more. */
  consume(signal: Signal): Promise<void>;
  /**
   * Journals the intent, waits until a durable checkpoint covers it, acts, journals the receipt.
   * When a receipt of this step is there, answers it without acting; when only the intent is there, acts again: so `act` MUST be idempotent.
   */
  effect<Receipt extends Json>(
    step: string,
    intent: JsonObject,
    act: () => Promise<Receipt>,
  ): Promise<Receipt>;
  /** The same for what only ever lowers exposure: acts at once, without waiting for a checkpoint. */
  closing<Receipt extends Json>(
    step: string,
    intent: JsonObject,
    act: () => Promise<Receipt>,
  ): Promise<Receipt>;
};
