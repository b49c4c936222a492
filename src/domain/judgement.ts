import type { GuardrailResult } from './verdict.ts';

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
