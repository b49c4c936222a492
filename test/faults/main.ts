/** `npm run faults [-- KILLS [SEED]]`: JSON lines, one for each landing; exit code 1 when anything is not as it must be. */
import { randomInt } from 'node:crypto';
import { runCampaign } from './campaign.ts';
import { problemsOf } from './judge-report.ts';

const kills = Number(process.argv[2] ?? 1_000);
const seed = Number(process.argv[3] ?? randomInt(2 ** 31));
print({ event: 'started', kills, seed });
const report = await runCampaign({
  seed,
  kills,
  onLanding: (landing, soFar) => print({ event: 'landed', ...landing, soFar }),
});
const problems = problemsOf(report);
const { landings, ...rest } = report;
print({ event: 'done', ok: problems.length === 0, problems, landings: landings.length, ...rest });
process.exitCode = problems.length === 0 ? 0 : 1;

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
