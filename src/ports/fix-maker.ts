import type { Candidate, CandidateQuestion } from '../domain/crash-fix.ts';

/** Makes edits that may mend a statement. MUST survive any text, as a prover must, and MUST NOT execute it. What it answers is tried, never believed. */
export interface FixMaker {
  /** Best first; []: nothing fits. undefined: the file could not be read. */
  candidates(question: CandidateQuestion): Promise<readonly Candidate[] | undefined>;
}
