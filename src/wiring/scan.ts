import {
  type DependencyAgentDeps,
  type DependencyAgentReport,
  type HeldUpdate,
  runDependencyAgent,
} from '../agents/dependency/run.ts';
import type { FlagRemovalDeps } from '../agents/flag-removal/run.ts';
import type { Config } from '../config/schema.ts';
import type { AgentName } from '../domain/agents.ts';
import type { Proposal } from '../domain/change.ts';
import { submit } from '../engine/submit.ts';
import type { RulesSource } from '../ports/rules.ts';
import { dependencySource, type Ledger } from '../views/ledger.ts';
import { foldOvertaken, noneOvertaken, type Overtaken, overtakenTypes } from '../views/overtaken.ts';
import { rememberedVersions } from '../views/proved.ts';
import type { PlaceOptions } from './place.ts';
import { openRepository, type Repository } from './repository.ts';
import { scanFlags } from './scan-flags.ts';
import { openWorkshop } from './workshop.ts';

export type ScanReport = {
  readonly dryRun: boolean;
  readonly proposals: readonly ScanProposal[];
  /** What was looked at and not proposed. */
  readonly skipped: readonly { readonly name: string; readonly code: string; readonly reason: string }[];
};

export type ScanProposal = {
  /** null: only rehearsed. */
  readonly change: string | null;
  readonly title: string;
  /** `name@version`; null: it updates nothing. */
  readonly version: string | null;
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
  /** absent: all that are enabled. */
  readonly agent?: AgentName;
  /** Packages to look at; absent: all. */
  readonly only?: readonly string[];
};

export type ScanTools = DependencyAgentDeps & FlagRemovalDeps & { readonly rules: RulesSource };

export async function scan(repository: Repository, tools: ScanTools, how: ScanWish): Promise<ScanReport> {
  const { config } = await tools.rules.load();
  const scanning = { repository, config, how, tools: how.dryRun ? readOnly(tools) : tools };
  const isWanted = (name: AgentName) =>
    config.agents[name].enabled && (how.agent === undefined || how.agent === name);
  const reports = [
    ...(isWanted('dependency') ? [await scanDependencies(scanning)] : []),
    ...(isWanted('flag-removal') ? [await scanForFlags(scanning)] : []),
  ];
  return {
    dryRun: how.dryRun,
    proposals: reports.flatMap(({ proposals }) => proposals),
    skipped: reports.flatMap(({ skipped }) => skipped),
  };
}

type Scanning = {
  readonly repository: Repository;
  readonly config: Config;
  readonly tools: ScanTools;
  readonly how: ScanWish;
};

async function scanForFlags({ repository, config, tools, how }: Scanning): Promise<ScanReport> {
  const promoted = await repository.promotedFlags();
  const ledger = await repository.ledger();
  const found = await scanFlags(tools, { config, ledger, promoted, now: repository.clock.now() });
  const proposals = await handAll(repository, ledger, found.proposals, how);
  const { skipped } = found;
  // Where there is no flag in the code, a scan has nothing to say about flags.
  const isSilent = proposals.length + skipped.length === 0;
  if (!how.dryRun && !isSilent)
    await repository.record('agents.scanned', how.actor, {
      agent: 'flag-removal',
      proposed: proposals.length,
      skipped: toldOf(skipped),
      handled: [],
    });
  return { dryRun: how.dryRun, proposals, skipped };
}

async function scanDependencies({ repository, config, tools, how }: Scanning): Promise<ScanReport> {
  const { enabled: _, ...wishes } = config.agents.dependency;
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
    open: openUpdates(ledger),
    held: heldUpdates(ledger),
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

function toldOf(skipped: ScanReport['skipped']): readonly string[] {
  return skipped.map(({ name, code }) => `${name}: ${code}`).slice(0, 200);
}

async function handAll(
  repository: Repository,
  ledger: Ledger,
  made: readonly Proposal[],
  how: ScanWish,
): Promise<readonly ScanProposal[]> {
  const proposals: ScanProposal[] = [];
  for (const proposal of made) {
    const { title, ref, record } = proposal;
    const version =
      proposal.source === dependencySource ? `${String(record.package)}@${String(record.to)}` : null;
    proposals.push({ change: await hand(repository, ledger, proposal, how), title, version, ref });
  }
  return proposals;
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
function readOnly(tools: ScanTools): ScanTools {
  const { git } = tools;
  return {
    ...tools,
    git: {
      resolve: (ref) => git.resolve(ref),
      readFile: (commit, path) => git.readFile(commit, path),
      list: (commit, under) => git.list(commit, under),
      propose: (input) => git.propose({ ...input, ref: null }),
    },
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
