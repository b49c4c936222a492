import {
  type DependencyAgentDeps,
  type DependencyAgentReport,
  type HeldUpdate,
  runDependencyAgent,
} from '../agents/dependency/run.ts';
import type { Proposal } from '../domain/change.ts';
import { submit } from '../engine/submit.ts';
import type { RulesSource } from '../ports/rules.ts';
import { dependencySource, type Ledger } from '../views/ledger.ts';
import { foldOvertaken, noneOvertaken, type Overtaken, overtakenTypes } from '../views/overtaken.ts';
import { rememberedVersions } from '../views/proved.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';
import { openWorkshop } from './workshop.ts';

export type ScanReport = {
  readonly dryRun: boolean;
  readonly proposals: readonly ScanProposal[];
  readonly skipped: DependencyAgentReport['skipped'];
};

export type ScanProposal = {
  /** null: only rehearsed. */
  readonly change: string | null;
  readonly title: string;
  /** `name@version`. */
  readonly version: string;
  readonly ref: string;
};

/** `autoland scan`: every enabled agent looks for work; what it finds is submitted. */
export async function scanRepository(options: PlaceOptions, how: ScanWish): Promise<ScanReport> {
  await using repository = await openRepository(options, 'write');
  const workshop = await openWorkshop(repository, { unsignedAllowed: false });
  try {
    const report = await scan(repository, workshop, how);
    // So that the log can be verified before a control plane has ever run.
    if (!how.dryRun) await workshop.auditLog.publish();
    return report;
  } finally {
    await workshop.close();
  }
}

export type ScanWish = {
  readonly actor: string;
  readonly dryRun: boolean;
  /** Packages to look at; absent: all. */
  readonly only?: readonly string[];
};

export type ScanTools = DependencyAgentDeps & { readonly rules: RulesSource };

export async function scan(repository: Repository, tools: ScanTools, how: ScanWish): Promise<ScanReport> {
  const { config } = await tools.rules.load();
  const { enabled, ...wishes } = config.agents.dependency;
  if (!enabled) return { dryRun: how.dryRun, proposals: [], skipped: [] };
  const overtaken = await overtakenIn(repository);
  const ledger = await repository.ledger();
  const now = repository.clock.now();
  const git = how.dryRun ? readOnly(tools.git) : tools.git;
  const report = await runDependencyAgent(
    { ...tools, git },
    {
      ...wishes,
      minimumAgeDays: config.registry.minimumAgeDays,
      asOf: config.registry.before === null ? now : new Date(config.registry.before),
      remembered: rememberedVersions(ledger),
      target: config.branch,
      ...(how.only === undefined ? {} : { only: how.only }),
      open: openUpdates(ledger),
      held: heldUpdates(ledger),
    },
  );
  const proposals: ScanProposal[] = [];
  for (const proposal of report.proposals)
    proposals.push({
      change: await hand(repository, ledger, proposal, how),
      title: proposal.title,
      version: `${String(proposal.record.package)}@${String(proposal.record.to)}`,
      ref: proposal.ref,
    });
  if (!how.dryRun)
    await repository.record('agents.scanned', how.actor, {
      proposed: proposals.length,
      skipped: report.skipped.map(({ name, code }) => `${name}: ${code}`).slice(0, 200),
      knownUpTo: overtaken.upTo,
      handled: handledBy(report, overtaken, how),
    });
  return { dryRun: how.dryRun, proposals, skipped: report.skipped };
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

async function hand(
  { store, clock }: Repository,
  ledger: Ledger,
  proposal: Proposal,
  how: ScanWish,
): Promise<string | null> {
  if (how.dryRun) return null;
  return (await submit({ journal: store, outbox: store, clock }, ledger, proposal, how.actor)).change;
}

/** A rehearsal makes no branch. */
function readOnly(git: DependencyAgentDeps['git']): DependencyAgentDeps['git'] {
  return {
    resolve: (ref) => git.resolve(ref),
    readFile: (commit, path) => git.readFile(commit, path),
    propose: async ({ base }) => base,
  };
}

/** Updates under way are not proposed again; which version each is for is in its record. */
function openUpdates(ledger: Ledger): readonly { name: string; version: string }[] {
  return [...ledger.changes.values()]
    .filter(({ conclusion, proposal }) => conclusion === null && proposal.source === dependencySource)
    .map(({ proposal }) => ({ name: String(proposal.record.package), version: String(proposal.record.to) }));
}

/** At a level that leaves every change to a person, each scan would else propose all of them again. */
function heldUpdates(ledger: Ledger): readonly HeldUpdate[] {
  return [...ledger.changes.values()].flatMap(({ id, conclusion, proposal: { source, record } }) => {
    if (conclusion?.outcome !== 'held' || source !== dependencySource) return [];
    const [name, from, to, base] = [record.package, record.from, record.to, record.base].map(String);
    return [{ name: name ?? '', from: from ?? '', to: to ?? '', base: base ?? '', change: id }];
  });
}
