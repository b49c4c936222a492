/**
 * How often the canary's statistics are right, and how soon: the demo's traffic, simulated, decided by analyze() itself.
 * node bench/demo-statistics.ts [--runs N] prints one JSON object. Seeds are fixed, so the figures repeat.
 */
import { parseArgs } from 'node:util';
import { Rollout, type Run } from './demo-statistics/rollout.ts';
import {
  background,
  type Fault,
  goodRequestsFirst,
  lookSeconds,
  plan,
  requestsPerSecond,
  users,
} from './demo-statistics/setting.ts';

function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? null : Number(value.toFixed(2));
}

function spread(values: readonly number[]) {
  return { median: quantile(values, 0.5), p95: quantile(values, 0.95), max: quantile(values, 1) };
}

function summary(runs: readonly Run[]) {
  const outcomes: Record<string, number> = {};
  for (const { decision, step } of runs) {
    const code = 'code' in decision ? decision.code : decision.kind;
    const name = `${code} at ${100 * (plan.steps[step]?.weight ?? 0)} %`;
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  }
  const share = (of: (run: Run) => boolean) => runs.filter(of).length / runs.length;
  const rolledBack = runs.filter((run) => run.decision.kind === 'rollback');
  return {
    runs: runs.length,
    promoted: share((run) => run.decision.kind === 'promote'),
    rolledBack: rolledBack.length / runs.length,
    rolledBackAtFirstStep: share((run) => run.decision.kind === 'rollback' && run.step === 0),
    outcomes,
    rampSeconds: spread(runs.filter((run) => run.decision.kind === 'promote').map((run) => run.seconds)),
    secondsFromFaultToRollback: spread(rolledBack.flatMap((run) => run.secondsOfFault ?? [])),
    usersExposed: spread(runs.map((run) => run.exposed)),
    usersHarmed: spread(runs.map((run) => run.harmed)),
  };
}

const scenarios: Readonly<Record<string, Fault | undefined>> = {
  healthy: undefined,
  'canary fails 60 %': { fails: 0.6, arms: 'canary' },
  'canary fails 25 %': { fails: 0.25, arms: 'canary' },
  'canary fails 10 %': { fails: 0.1, arms: 'canary' },
  'both arms fail 10 %': { fails: 0.1, arms: 'both' },
};

function main(): void {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' } } });
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new RangeError(`--runs wants a count, found ${values.runs}`);
  const started = performance.now();
  const results = Object.entries(scenarios).map(([name, fault], index) => {
    const done = Array.from({ length: runs }, (_, run) => new Rollout(1000 * index + run + 1, fault).run());
    return [name, summary(done)] as const;
  });
  const setting = { users, requestsPerSecond, lookSeconds, goodRequestsFirst, background, plan };
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  console.log(
    JSON.stringify(
      { bench: 'demo-statistics', setting, seconds, scenarios: Object.fromEntries(results) },
      null,
      2,
    ),
  );
}

main();
