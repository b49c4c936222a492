/** Proves labelled rows by running them: all, or those whose id contains one of the words given. */
import { readEvalset } from '../src/adapters/evalset/read-evalset.ts';
import { proveAll } from '../src/testing/row-proof/prove-all.ts';

const words = process.argv.slice(2);
const rows = (await readEvalset()).filter(
  ({ id }) => words.length === 0 || words.some((word) => id.includes(word)),
);
const proofs = await proveAll(rows);
for (const { id, problems } of proofs) for (const problem of problems) console.log(`${id}: ${problem}`);
const broken = proofs.filter(({ problems }) => problems.length > 0).length;
console.log(`${proofs.length - broken} of ${proofs.length} rows are proved`);
process.exitCode = broken === 0 && proofs.length > 0 ? 0 : 1;
