import {
  type PerformanceDeps,
  type PerformanceReport,
  runPerformanceAgent,
} from '../agents/performance/run.ts';
import type { Config } from '../config/schema.ts';
import { testCommands } from '../engine/test-commands.ts';
import { type Ledger, performanceSource } from '../views/ledger.ts';
import { memoryOf } from './agent-memory.ts';

type Known = {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly now: Date;
  readonly profile: string | undefined;
};

/** Chance that a scan claims a gain where there is none. */
const alpha = 0.01;

/** What the agent for performance has to propose, by what a profile shows. */
export function scanPerformance(
  deps: PerformanceDeps,
  { config, ledger, now, profile }: Known,
): Promise<PerformanceReport> {
  const { enabled: _, ...wishes } = config.agents.performance;
  return runPerformanceAgent(deps, {
    ...wishes,
    ...memoryOf(ledger, performanceSource),
    alpha,
    profile,
    commands: testCommands(config),
    target: config.branch,
    asOf: now,
    protectedPaths: config.scope.protectedPaths,
  });
}
