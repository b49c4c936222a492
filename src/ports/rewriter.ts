import type { RewriteAnswer, RewriteQuestion } from '../domain/performance.ts';

/**
 * Rewrites functions so that they do the same in less time. MUST survive any text, as a prover must, and MUST NOT execute it. What it
 * answers is proposed, not proved: whoever takes it in MUST have it compared and measured.
 */
export interface Rewriter {
  /** One answer for each function; undefined: the file could not be read. */
  rewrite(question: RewriteQuestion): Promise<readonly RewriteAnswer[] | undefined>;
}
