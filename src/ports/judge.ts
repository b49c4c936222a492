import type { JudgeAnswer, JudgeInput } from '../domain/judgement.ts';

/** May veto or abstain; MUST NOT be able to permit what anything else refuses. A timeout or an unreadable answer is `abstain`. */
export interface Judge {
  review(input: JudgeInput): Promise<JudgeAnswer>;
}
