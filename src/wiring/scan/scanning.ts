import type { FixDeps } from '../../agents/crash-fix/run-trials.ts';
import type { DependencyAgentDeps } from '../../agents/dependency/run.ts';
import type { DocsAgentDeps } from '../../agents/docs/run.ts';
import type { DriversAgentDeps } from '../../agents/drivers/run.ts';
import type { FlagRemovalDeps } from '../../agents/flag-removal/run.ts';
import type { LintAgentDeps } from '../../agents/lint/run.ts';
import type { PerformanceDeps } from '../../agents/performance/run.ts';
import type { RevertDeps } from '../../agents/revert/run.ts';
import type { Config } from '../../config/schema.ts';
import type { AgentName } from '../../domain/agents.ts';
import type { Proposal } from '../../domain/change.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { plainText } from '../../domain/plain.ts';
import { withinBytes } from '../../domain/within-bytes.ts';
import { submit } from '../../engine/submit.ts';
import type { RulesSource } from '../../ports/rules.ts';
import {
  crashFixSource,
  dependencySource,
  docsSource,
  driversSource,
  type Ledger,
  lintSource,
  performanceSource,
} from '../../views/ledger.ts';
import type { Repository } from '../place/repository.ts';
import type { SamplingRecorder, SamplingTools } from './crash-samples.ts';

export type ScanReport = {
  readonly dryRun: boolean;
  readonly proposals: readonly ScanProposal[];
  /** What was looked at and not proposed. */
  readonly skipped: readonly ScanSkipped[];
  /** What the control plane begins a task for; absent: nobody looked. */
  readonly tasks?: readonly ScanTask[];
};

/** `about`: an issue, or a change that was turned away. */
export type ScanTask = { readonly about: string; readonly rule: string; readonly agent: string };

export type ScanSkipped = {
  readonly name: string;
  readonly code: string;
  readonly reason: string;
  /** RFC 3339, UTC: when that is over, where it is known. */
  readonly until?: string;
};

export type ScanProposal = {
  /** null: only rehearsed. */
  readonly change: string | null;
  readonly title: string;
  /** `name@version`; null: it updates nothing. */
  readonly version: string | null;
  readonly ref: string;
  /** What it does, a line for each place; absent: its title says it. */
  readonly places?: readonly string[];
};

export type ScanWish = {
  readonly actor: string;
  readonly dryRun: boolean;
  /** absent: all that are enabled. */
  readonly agent?: AgentName;
  /** Packages to look at; absent: all. */
  readonly only?: readonly string[];
  /** Text of a CPU profile. */
  readonly profile?: string;
  /** A file, or a directory of files, with calls that production made. */
  readonly recordings?: string;
};

export type ScanTools = DependencyAgentDeps &
  FlagRemovalDeps &
  DocsAgentDeps &
  RevertDeps &
  LintAgentDeps &
  PerformanceDeps &
  DriversAgentDeps & {
    /** What models say on the way. */
    readonly recorder: SamplingRecorder;
    readonly rules: RulesSource;
    readonly git: FixDeps['git'];
    /** With which a fix of a crash is looked for. */
    readonly fixing: Omit<FixDeps, 'git'> & SamplingTools;
  };

export type Scanning = {
  readonly repository: Repository;
  readonly config: Config;
  readonly tools: ScanTools;
  readonly how: ScanWish;
};

/** As much as an entry of the journal has room for: names are those of packages, files and functions of others. */
export function toldOf(skipped: ScanReport['skipped']): readonly string[] {
  const told = skipped.slice(0, 200).map(({ name, code }) => `${plainText(name, 200)}: ${code}`);
  return withinBytes(told, 16 * 1024);
}

/** Hands in what an agent has made; a rehearsal only says it. */
export async function handAll(
  repository: Repository,
  ledger: Ledger,
  made: readonly Proposal[],
  how: ScanWish,
): Promise<readonly ScanProposal[]> {
  const proposals: ScanProposal[] = [];
  for (const proposal of made) {
    const { title, ref, record } = proposal;
    const version = typeof record.package === 'string' ? `${record.package}@${String(record.to)}` : null;
    const change = await hand(repository, ledger, proposal, how);
    proposals.push({ change, title, version, ref, ...placesOf(proposal) });
  }
  return proposals;
}

/** Of a proposal of several things: one line for each. */
const placeOf: Readonly<Record<string, (item: Readonly<Record<string, unknown>>) => string>> = {
  [docsSource]: ({ path, line, before, after, proof }) => `${path}:${line}: ${before} -> ${after}: ${proof}`,
  [dependencySource]: ({ package: name, from, to }) => `${name} ${from} -> ${to}`,
  [performanceSource]: ({ function: of, gain }) => `${of}: ${gain}`,
  [crashFixSource]: ({ path, line, by, attempts }) => `${path}:${line}: ${by}, found at attempt ${attempts}`,
  [driversSource]: ({ path, noticed, model }) =>
    `${path}: by ${model}, ${noticed} faults that the other tests do not notice`,
  [lintSource]: ({ path, lines, layoutOnly }) =>
    `${path}: ${lines} lines${layoutOnly === true ? ', layout only' : ''}`,
};

function placesOf({ source, record }: Proposal): Pick<ScanProposal, 'places'> {
  const tell = placeOf[source];
  const items = record.items ?? record.updates;
  return tell === undefined || !Array.isArray(items) ? {} : { places: items.filter(isRecord).map(tell) };
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
