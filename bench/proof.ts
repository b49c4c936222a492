// What the prover says of refactorings and mistakes, and how the translation of random programs agrees with an engine.
// `npm run bench -- proof [PROGRAMS]`. Prints one JSON object.
import fc from 'fast-check';
import { ChildProver } from '../src/adapters/prover/child-prover.ts';
import { parseSource } from '../src/adapters/prover/parse.ts';
import { startSolver } from '../src/adapters/prover/solver.ts';
import { Unsupported } from '../src/proof/core.ts';
import { Lowering } from '../src/proof/lower.ts';
import { readModule } from '../src/proof/module.ts';
import type { Arithmetic } from '../src/proof/smt-terms.ts';
import { proofCases } from '../src/testing/proof-cases.ts';
import { randomInputs, randomPrograms } from '../src/testing/random-programs.ts';
import { checkTranslation, runNatively } from '../src/testing/translator-check.ts';

const programs = Number(process.argv[2] ?? 300);
const inputsEach = 5;
const effort = 10_000_000;

const prover = new ChildProver({ effort });
const cases = [];
for (const { name, kind, pair, expected } of proofCases) {
  const started = performance.now();
  const { verdict } = await prover.prove(pair, 'f');
  cases.push({
    name,
    kind,
    verdict,
    asExpected: verdict === expected,
    ms: Math.round(performance.now() - started),
  });
}
const translation = { integer: await translate('integer'), fp64: await translate('fp64') };
const wrong = cases.filter(({ asExpected }) => !asExpected).length;
console.log(JSON.stringify({ cases, wrong, translation }));
process.exit(wrong === 0 ? 0 : 1);

async function translate(arithmetic: Arithmetic): Promise<Record<string, number>> {
  const { solve, close } = await startSolver(effort);
  const counts: Record<string, number> = { programs };
  const inputs = fc.array(randomInputs(arithmetic), { minLength: inputsEach, maxLength: inputsEach });
  for (const [program, rows] of fc.sample(fc.tuple(randomPrograms(arithmetic), inputs), programs)) {
    for (const row of rows) {
      const said = await verdictOf(program, row, arithmetic, solve);
      counts[said] = (counts[said] ?? 0) + 1;
    }
  }
  await close();
  return counts;
}

async function verdictOf(
  { typescript, javascript }: { typescript: string; javascript: string },
  inputs: Parameters<typeof checkTranslation>[1]['inputs'],
  arithmetic: Arithmetic,
  solve: Parameters<typeof checkTranslation>[3],
): Promise<string> {
  const procedure = new Lowering(readModule(parseSource('f.ts', typescript))).procedure('f');
  const native = runNatively(javascript, inputs);
  try {
    return await checkTranslation(procedure, { inputs, native }, arithmetic, solve);
  } catch (error) {
    if (error instanceof Unsupported) return 'unsupported';
    throw error;
  }
}
