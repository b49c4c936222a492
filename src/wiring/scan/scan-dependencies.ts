import { type DependencyAgentReport, runDependencyAgent } from '../../agents/dependency/run.ts';
import type { SecuritySettings } from '../../agents/dependency/security/run-security.ts';
import type { Config } from '../../config/schema.ts';
import { nextOpening } from '../../config/windows.ts';
import { foldOvertaken, noneOvertaken, type Overtaken, overtakenTypes } from '../../views/overtaken.ts';
import { rememberedVersions, turnedAwayTogether } from '../../views/proved.ts';
import { heldUpdates, openUpdates, proposedOverrides, updatesProposedAt } from '../../views/updates.ts';
import type { Repository } from '../place/repository.ts';
import { handAll, type Scanning, type ScanReport, type ScanWish, toldOf } from './scanning.ts';

/** What the agent for dependencies has to propose. */
export async function scanDependencies({ repository, config, tools, how }: Scanning): Promise<ScanReport> {
  const { enabled: _, security, schedule, maxPerDay, overrides, ...wishes } = config.agents.dependency;
  const overtaken = await overtakenIn(repository);
  const ledger = await repository.ledger();
  const now = repository.clock.now();
  const report = await runDependencyAgent(tools, {
    ...wishes,
    minimumAgeDays: config.registry.minimumAgeDays,
    asOf: config.registry.before === null ? now : new Date(config.registry.before),
    remembered: rememberedVersions(ledger),
    target: config.branch,
    ...(how.only === undefined ? {} : { only: how.only }),
    pace: {
      ...(schedule !== null && { opensAt: nextOpening({ windows: schedule }, now) ?? null }),
      maxPerDay,
      proposedAt: updatesProposedAt(ledger),
      now,
    },
    open: openUpdates(ledger),
    held: heldUpdates(ledger),
    turnedAway: turnedAwayTogether(ledger),
    overrides: { write: overrides, own: proposedOverrides(ledger) },
    security: security ? securityOf(config) : null,
  });
  const proposals = await handAll(repository, ledger, report.proposals, how);
  if (!how.dryRun)
    await repository.record('agents.scanned', how.actor, {
      proposed: proposals.length,
      skipped: toldOf(report.skipped),
      knownUpTo: overtaken.upTo,
      handled: handledBy(report, overtaken, how),
    });
  return { dryRun: how.dryRun, proposals, skipped: report.skipped };
}

function securityOf({ advisories: { from, osv: url }, registry }: Config): SecuritySettings | null {
  if (from === 'none') return null;
  const minimumAgeDays = Math.min(registry.fixAgeDays ?? registry.minimumAgeDays, registry.minimumAgeDays);
  return { source: from === 'osv' ? { from, url } : { from }, minimumAgeDays };
}

/** `known`: what was folded before, if anything. */
export async function overtakenIn(
  repository: Repository,
  known: Overtaken = noneOvertaken,
): Promise<Overtaken> {
  const entries = await repository.store.read({ from: known.upTo + 1, types: overtakenTypes });
  return foldOvertaken(entries, await repository.ledger(), known);
}

/** What waits for another change, or for a registry, is still to be proposed anew. */
function handledBy(
  { skipped }: DependencyAgentReport,
  { packages }: Overtaken,
  { only }: ScanWish,
): readonly string[] {
  const waiting = skipped.filter(({ code }) => /^dependency\.max-open$|^registry\.|^sandbox\./.test(code));
  const left = new Set(waiting.map(({ name }) => name));
  return [...packages.keys()].filter((name) => only?.includes(name) !== false && !left.has(name));
}
