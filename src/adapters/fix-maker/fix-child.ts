import { candidatesFor } from '../../agents/crash-fix/candidates.ts';
import type { CandidateQuestion } from '../../domain/crash-fix.ts';
import { readQuestion, writeAnswer } from '../json-child.ts';
import { parseSource } from '../prover/parse.ts';

/** The child of child-fix-maker.ts: one place in, its candidates out. Text that does not parse ends it. */
const question = await readQuestion<CandidateQuestion>();
writeAnswer(candidatesFor(question, (path, text) => parseSource(path, text).program));
