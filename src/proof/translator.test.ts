import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSource } from '../adapters/prover/parse.ts';
import { type Solver, startSolver } from '../adapters/prover/solver.ts';
import { randomInputs, randomPrograms } from '../testing/random-programs.ts';
import { checkTranslation, runNatively } from '../testing/translator-check.ts';
import { Lowering } from './lower.ts';
import { readModule } from './module.ts';
import type { Arithmetic } from './smt-terms.ts';

let solver: Solver;
beforeAll(async () => {
  solver = await startSolver(5_000_000);
});
afterAll(() => solver.close());

describe('the translation of random programs', () => {
  it.each<[Arithmetic, number]>([
    ['integer', 15],
    ['fp64', 60],
  ])('says in %s what an engine does', async (arithmetic, numRuns) => {
    const counts = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        randomPrograms(arithmetic),
        fc.array(randomInputs(arithmetic), { minLength: 3, maxLength: 3 }),
        async ({ typescript, javascript }, rows) => {
          const f = new Lowering(readModule(parseSource('f.ts', typescript))).procedure('f');
          for (const inputs of rows) {
            const native = runNatively(javascript, inputs);
            const verdict = await checkTranslation(f, { inputs, native }, arithmetic, solver.solve);
            counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
            expect(['agrees', 'inexact']).toContain(verdict);
          }
        },
      ),
      { numRuns, seed: 20_260_101 },
    );
    // A check that claims nothing would agree as well.
    expect(counts.get('agrees') ?? 0).toBeGreaterThan((numRuns * 3) / 2);
  });
});
