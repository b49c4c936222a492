import type { GuardrailResult } from '../domain/verdict.ts';

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

/** May veto or abstain; MUST NOT be able to permit what anything else refuses. A timeout or an unreadable answer is `abstain`. */
export interface Judge {
  review(input: JudgeInput): Promise<JudgeAnswer>;
}
