import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Solver, startSolver } from './solver.ts';

let solver: Solver;
beforeAll(async () => {
  solver = await startSolver(1_000_000);
});
afterAll(() => solver.close());

describe('startSolver', () => {
  it('solves the text that it is given, each time', async () => {
    const answers = new Set<string>();
    for (let round = 0; round < 400; round += 1) {
      const text = `(declare-const a Int)\n(assert (= a ${round}))\n(assert (< a 200))`;
      const answer = await solver.solve(text);
      answers.add(`${answer.split('\n')[0]} ${round < 200}`);
    }
    expect([...answers]).toEqual(['sat true', 'unsat false']);
  });

  it('rejects what is no SMT-LIB, rather than leave it out', async () => {
    await expect(solver.solve('(assert (foo))')).rejects.toThrow('line 1');
    await expect(solver.solve('(assert true')).rejects.toThrow('line 1');
  });

  it('gives up after its effort', async () => {
    const hurried =
      '(declare-const a Int)(declare-const b Int)(declare-const c Int)(assert (and (> a 0) (> b 0) (> c 0)))';
    expect(await solver.solve(`${hurried}(assert (= (+ (* a a a) (* b b b)) (* c c c)))`)).toBe('unknown');
  });
});
