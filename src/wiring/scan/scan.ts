import { readCrashBook } from '../../adapters/crashes/crash-file.ts';
import type { AgentName } from '../../domain/agents.ts';
import type { Proposal, Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { driftTypes, latencyDrifts } from '../../views/latency-drift.ts';
import type { Ledger } from '../../views/ledger.ts';
import { scanIncidents } from '../inquiry/scan-incidents.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { callsOfProduction, type KeptCalls } from './calls-of-production.ts';
import { crashSamples } from './crash-samples.ts';
import { findCrashFix } from './find-crash-fix.ts';
import { scanCrashes } from './scan-crashes.ts';
import { scanDependencies } from './scan-dependencies.ts';
import { scanDocs } from './scan-docs.ts';
import { scanDrivers } from './scan-drivers.ts';
import { scanFlags } from './scan-flags.ts';
import { scanLint } from './scan-lint.ts';
import { scanPerformance } from './scan-performance.ts';
import { scanForCulprit } from './scan-revert.ts';
import { scanTasks } from './scan-tasks.ts';
import {
  handAll,
  type Scanning,
  type ScanReport,
  type ScanTools,
  type ScanWish,
  toldOf,
} from './scanning.ts';
import { openWorkshop } from './workshop.ts';

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

export async function scan(repository: Repository, tools: ScanTools, how: ScanWish): Promise<ScanReport> {
  const { config } = await tools.rules.load();
  const scanning = { repository, config, how, tools: how.dryRun ? readOnly(tools) : tools };
  const isWanted = (name: AgentName) =>
    config.agents[name].enabled && (how.agent === undefined || how.agent === name);
  if (how.profile !== undefined && !isWanted('performance')) throw disabled('performance', 'a profile');
  if (how.recordings !== undefined && !isWanted('crash-fix')) throw disabled('crash-fix', 'recordings');
  // What is made anew is no person's wish.
  if (how.agent !== undefined && how.only === undefined && !isWanted(how.agent)) throw disabled(how.agent);
  const calls = await callsOfProduction(tools.git, config, how.recordings);
  const reports = [
    // First: what else would land waits for a green branch.
    ...(isWanted('revert') ? [await scanReverts(scanning), await scanForIncidents(scanning)] : []),
    ...(isWanted('dependency') ? [await scanDependencies(scanning)] : []),
    ...(isWanted('flag-removal') ? [await scanForFlags(scanning)] : []),
    ...(isWanted('docs') ? [await scanForDocs(scanning)] : []),
    ...(isWanted('lint') ? [await scanForLint(scanning)] : []),
    ...(isWanted('performance') ? [await scanForPerformance(scanning)] : []),
    ...(isWanted('drivers') ? [await scanForDrivers(scanning)] : []),
    // Last: it may take as long as many runs of the tests.
    ...(isWanted('crash-fix') ? [await scanForCrashes(scanning, calls)] : []),
  ];
  const begun = how.agent === undefined ? await scanTasks(scanning) : { skipped: [], tasks: [] };
  return {
    dryRun: how.dryRun,
    proposals: reports.flatMap(({ proposals }) => proposals),
    skipped: [...reports, begun].flatMap(({ skipped }) => skipped),
    tasks: begun.tasks,
  };
}

async function scanReverts(scanning: Scanning): Promise<ScanReport> {
  const { repository, config, tools } = scanning;
  const scans = await repository.store.read({ types: ['agents.scanned'] });
  const lastScan = scans.findLast(({ data }) => data.agent === 'revert');
  const ledger = await repository.ledger();
  const found = await scanForCulprit(tools, { config, ledger, lastScan, now: repository.clock.now() });
  const { tip, skipped } = found;
  const isNew = tip !== undefined && tip !== lastScan?.data.tip;
  return taken(scanning, ledger, 'revert', {
    ...found,
    ...(isNew && { learned: { tip, found: [...skipped] } }),
  });
}

async function scanForIncidents({ repository, config, tools, how }: Scanning): Promise<ScanReport> {
  return { dryRun: how.dryRun, ...(await scanIncidents(repository, tools, config, how)) };
}

async function scanForFlags(scanning: Scanning): Promise<ScanReport> {
  const { repository, config, tools } = scanning;
  const promoted = await repository.promotedFlags();
  const ledger = await repository.ledger();
  const found = await scanFlags(tools, { config, ledger, promoted, now: repository.clock.now() });
  return taken(scanning, ledger, 'flag-removal', found);
}

async function scanForDocs(scanning: Scanning): Promise<ScanReport> {
  const { repository, config, tools } = scanning;
  const ledger = await repository.ledger();
  const found = await scanDocs(tools, { config, ledger, now: repository.clock.now() });
  return taken(scanning, ledger, 'docs', found);
}

async function scanForLint(scanning: Scanning): Promise<ScanReport> {
  const { repository, config, tools } = scanning;
  const ledger = await repository.ledger();
  const found = await scanLint(tools, { config, ledger, now: repository.clock.now() });
  return taken(scanning, ledger, 'lint', found);
}

async function scanForPerformance(scanning: Scanning): Promise<ScanReport> {
  const { repository, config, tools, how } = scanning;
  const ledger = await repository.ledger();
  const drifts = latencyDrifts(await repository.store.read({ types: driftTypes }), ledger);
  const known = { config, ledger, now: repository.clock.now(), profile: how.profile, drifts };
  return taken(scanning, ledger, 'performance', await scanPerformance(tools, known));
}

async function scanForDrivers(scanning: Scanning): Promise<ScanReport> {
  const { repository, config, tools } = scanning;
  const scans = await repository.store.read({ types: ['agents.scanned'] });
  const lastScan = scans.findLast(({ data }) => data.agent === 'drivers' && data.measured !== undefined);
  const ledger = await repository.ledger();
  const found = await scanDrivers(tools, { config, ledger, lastScan, now: repository.clock.now() });
  const { measured } = found;
  return taken(scanning, ledger, 'drivers', { ...found, ...(measured && { learned: { measured } }) });
}

async function scanForCrashes(scanning: Scanning, calls: KeptCalls): Promise<ScanReport> {
  const { repository, config, tools, how } = scanning;
  const ledger = await repository.ledger();
  const book = () => readCrashBook(repository.place.files.crashes);
  const scans = await repository.store.read({ types: ['agents.scanned'] });
  const parts = { ...tools.fixing, git: tools.git, recorder: tools.recorder };
  const samples = crashSamples(parts, repository, config);
  const deps = {
    git: tools.git,
    findFix: async (crash: Crash, tip: Sha) =>
      findCrashFix(parts, config, { crash, tip, samples, recorded: await calls(tip) }),
  };
  const found = await scanCrashes(deps, { config, ledger, book, scans, now: repository.clock.now() });
  const report = await taken(scanning, ledger, 'crash-fix', found);
  // Each apart: an entry of the journal is bounded, and what it does not hold would be searched for again and again.
  if (!how.dryRun)
    for (const search of found.searches)
      await repository.record('agents.scanned', how.actor, {
        ...{ agent: 'crash-fix', proposed: 0, skipped: [], handled: [] },
        searches: [{ ...search }],
      });
  return report;
}

function disabled(agent: AgentName, what?: string): AutolandError {
  const wish = what === undefined ? 'to be enabled' : `for ${what}`;
  return new AutolandError('usage', `expected the agent ${agent} ${wish}, found it disabled`, {
    mend: `set agents.${agent}.enabled on the protected branch`,
  });
}

type AgentReport = Pick<ScanReport, 'skipped'> & {
  readonly proposals: readonly Proposal[];
  /** What its next scan shall know; absent: nothing new. */
  readonly learned?: JsonObject;
};

/** Hands in what an agent proposes. */
async function taken(
  { repository, how }: Scanning,
  ledger: Ledger,
  agent: AgentName,
  { proposals: made, skipped, learned }: AgentReport,
): Promise<ScanReport> {
  const proposals = await handAll(repository, ledger, made, how);
  // Where there was nothing for it, a scan has nothing to say of it.
  const isSilent = proposals.length + skipped.length === 0 && learned === undefined;
  if (!how.dryRun && !isSilent)
    await repository.record('agents.scanned', how.actor, {
      agent,
      proposed: proposals.length,
      skipped: toldOf(skipped),
      handled: [],
      ...learned,
    });
  return { dryRun: how.dryRun, proposals, skipped };
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
      diff: (base, head) => git.diff(base, head),
      blame: (head, path, lines) => git.blame(head, path, lines),
      touches: (head, paths, most) => git.touches(head, paths, most),
      moves: (head, paths, most) => git.moves(head, paths, most),
      propose: (input) => git.propose({ ...input, ref: null }),
      history: (base, head) => git.history(base, head),
      revertTree: (tip, commit) => git.revertTree(tip, commit),
      makeCommit: (commit) => git.makeCommit(commit),
      point: () => Promise.resolve(),
    },
  };
}
