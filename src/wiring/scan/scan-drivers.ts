import {
  type DriversAgentDeps,
  type DriversAgentReport,
  type MeasuredDrivers,
  runDriversAgent,
} from '../../agents/drivers/run.ts';
import type { Config } from '../../config/schema.ts';
import type { Entry } from '../../domain/journal.ts';
import { testCommands } from '../../engine/test-commands.ts';
import { driversSource, type Ledger } from '../../views/ledger.ts';
import { memoryOf } from './agent-memory.ts';

type Known = {
  readonly config: Config;
  readonly ledger: Ledger;
  /** The last scan that measured drivers; undefined: none did. */
  readonly lastScan: Entry | undefined;
  readonly now: Date;
};

/** What the agent for drivers has to propose, by what journal and configuration say. */
export function scanDrivers(deps: DriversAgentDeps, known: Known): Promise<DriversAgentReport> {
  const { config, ledger, lastScan, now } = known;
  const { enabled: _, ...wishes } = config.agents.drivers;
  return runDriversAgent(deps, {
    ...wishes,
    ...memoryOf(ledger, driversSource),
    // A person reads each.
    maxOpen: 1,
    maxFiles: Math.min(wishes.maxFiles, config.scope.maxFiles),
    maxLines: Math.min(wishes.maxLines, config.scope.maxChangedLines),
    target: config.branch,
    asOf: now,
    commands: testCommands(config),
    protectedPaths: config.scope.protectedPaths,
    known: lastScan?.data.measured as MeasuredDrivers | undefined,
  });
}
