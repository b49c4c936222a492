import type { Skipped } from '../../agents/revert/rules.ts';
import {
  type RevertDeps,
  type RevertReport,
  type RevertSettings,
  runRevertAgent,
} from '../../agents/revert/run.ts';
import type { Config } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import type { Entry } from '../../domain/journal.ts';
import { testCommands } from '../../engine/test-commands.ts';
import { type Ledger, type LedgerChange, revertSource } from '../../views/ledger.ts';
import { revertedBy } from '../../views/proved.ts';

type Known = {
  readonly config: Config;
  readonly ledger: Ledger;
  /** The last `agents.scanned` of this agent; undefined: it never was. */
  readonly lastScan: Entry | undefined;
  readonly now: Date;
};

/** Whether the branch is red, and what the agent for reverts has to propose against it. */
export function scanForCulprit(deps: RevertDeps, known: Known): Promise<RevertReport> {
  const { config, lastScan } = known;
  return runRevertAgent(deps, {
    ...revertSettings(known),
    commands: testCommands(config),
    known: lastScan && endOf(lastScan),
  });
}

/** What every search for a culprit goes by. */
export function revertSettings({
  config,
  ledger,
  now,
}: Pick<Known, 'config' | 'ledger' | 'now'>): Omit<RevertSettings, 'commands' | 'known'> {
  const { maxCommits, maxAgeHours, maxPerDay, people } = config.agents.revert;
  const changes = [...ledger.changes.values()];
  const reverts = changes.filter(({ proposal }) => proposal.source === revertSource);
  return {
    ...{ maxCommits, maxAgeHours, maxPerDay, people },
    asOf: now,
    target: config.branch,
    landed: new Map(changes.flatMap(landedOf)),
    proposed: reverts.map(({ proposedAt }) => new Date(proposedAt)),
    taken: new Map(reverts.flatMap(takenBy)),
  };
}

function landedOf({ id, class: changeClass, merge, mergedAt, proposal }: LedgerChange) {
  if (merge === null || mergedAt === null) return [];
  const culprit = {
    change: id,
    isRevert: changeClass === 'revert',
    mergedAt: new Date(mergedAt),
    title: proposal.title,
  };
  return [[merge.commit, culprit] as const];
}

/** One that was overtaken has to be made anew. */
function takenBy({ id, conclusion, proposal }: LedgerChange): readonly (readonly [Sha, string])[] {
  const commit = revertedBy(proposal);
  return commit === undefined || conclusion?.outcome === 'superseded' ? [] : [[commit, id]];
}

/** They say something about the day, not about the branch. */
const passing: ReadonlySet<string> = new Set(['revert.unmeasured', 'revert.quota']);

/** What another scan would only find again; undefined: it has to be looked at anew. */
function endOf({ data }: Entry): RevertSettings['known'] {
  const { tip, found } = data;
  if (typeof tip !== 'string' || !Array.isArray(found)) return undefined;
  const skipped = found as unknown as readonly Skipped[];
  return skipped.some(({ code }) => passing.has(code)) ? undefined : { tip, skipped };
}
