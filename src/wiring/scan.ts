import {
  type DependencyAgentDeps,
  type DependencyAgentReport,
  runDependencyAgent,
} from '../agents/dependency/run.ts';
import type { Proposal } from '../domain/change.ts';
import { submit } from '../engine/submit.ts';
import { dependencySource, type Ledger } from '../views/ledger.ts';
import { rememberedVersions } from '../views/proved.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

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
    return await scan(repository, workshop, how);
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

export async function scan(repository: Repository, workshop: Workshop, how: ScanWish): Promise<ScanReport> {
  const { config } = await workshop.rules.load();
  const { enabled, ...wishes } = config.agents.dependency;
  if (!enabled) return { dryRun: how.dryRun, proposals: [], skipped: [] };
  const ledger = await repository.ledger();
  const now = repository.clock.now();
  const git = how.dryRun ? readOnly(workshop.git) : workshop.git;
  const report = await runDependencyAgent(
    { ...workshop, git },
    {
      ...wishes,
      minimumAgeDays: config.registry.minimumAgeDays,
      asOf: config.registry.before === null ? now : new Date(config.registry.before),
      remembered: rememberedVersions(ledger),
      target: config.branch,
      ...(how.only === undefined ? {} : { only: how.only }),
      open: openUpdates(ledger),
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
    });
  return { dryRun: how.dryRun, proposals, skipped: report.skipped };
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
function readOnly(git: Workshop['git']): DependencyAgentDeps['git'] {
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
