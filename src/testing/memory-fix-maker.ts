import { parseSource } from '../adapters/prover/parse.ts';
import { candidatesFor } from '../agents/crash-fix/candidates.ts';
import type { Candidate, CandidateQuestion } from '../domain/crash-fix.ts';
import type { FixMaker } from '../ports/fix-maker.ts';

/** In the process of a test itself: for a test's OWN text, never for anyone else's. */
export class MemoryFixMaker implements FixMaker {
  async candidates(question: CandidateQuestion): Promise<readonly Candidate[] | undefined> {
    try {
      return candidatesFor(question, (path, text) => parseSource(path, text).program);
    } catch {
      return undefined;
    }
  }
}
