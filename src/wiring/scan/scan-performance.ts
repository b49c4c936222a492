import {
  type PerformanceDeps,
  type PerformanceReport,
  runPerformanceAgent,
} from '../../agents/performance/run.ts';
import { type DriftDeps, meetDrifts } from '../../agents/performance/run-drift.ts';
import type { Config } from '../../config/schema.ts';
import { testCommands } from '../../engine/test-commands.ts';
import type { LatencyDrift } from '../../views/latency-drift.ts';
import { type Ledger, performanceSource } from '../../views/ledger.ts';
import { poisonedCommits } from '../../views/proved.ts';
import { memoryOf } from './agent-memory.ts';

type Known = {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly now: Date;
  readonly profile: string | undefined;
  readonly drifts: readonly LatencyDrift[];
};

/** Chance that a scan claims a gain where there is none. */
const alpha = 0.01;

/** What the agent for performance has to propose, by what a profile and what rollouts show. */
export async function scanPerformance(
  deps: PerformanceDeps & DriftDeps,
  { config, ledger, now, profile, drifts }: Known,
): Promise<PerformanceReport> {
  const { enabled: _, ...wishes } = config.agents.performance;
  const memory = memoryOf(ledger, performanceSource);
  const shared = { ...wishes, ...memory, target: config.branch, asOf: now };
  // A profile says more than a guess at a culprit.
  if (profile === undefined) return meetDrifts(deps, { ...shared, drifts, landed: landedIn(ledger) });
  return runPerformanceAgent(deps, {
    ...shared,
    alpha,
    profile,
    commands: testCommands(config),
    protectedPaths: config.scope.protectedPaths,
  });
}

function landedIn(ledger: Ledger) {
  const gone = poisonedCommits(ledger);
  const landed = [...ledger.changes.values()].flatMap(({ id, merge, conclusion, proposal: { title } }) => {
    if (merge === null || conclusion?.outcome !== 'landed' || gone.has(merge.commit)) return [];
    return [[id, { commit: merge.commit, title }] as const];
  });
  return new Map(landed);
}
