import { rewriteFunctions } from '../../agents/performance/rewrite/rewrite.ts';
import type { RewriteQuestion } from '../../domain/performance.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { parseSource } from '../prover/parse.ts';

/** The child of child-rewriter.ts: one file in, its answers out. Text that does not parse ends it. */
writeAnswer(rewriteFunctions(await readQuestion<RewriteQuestion>(), parseSource));
