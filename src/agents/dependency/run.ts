import type { ChangeId, Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { isProject, parseLockfile } from '../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { Registry } from '../../ports/registry.ts';
import { describer } from './ask.ts';
import { type Bundle, bundlesOf, type Groups, halvesOf, type TurnedAway } from './groups.ts';
import { findCandidates, orderUpdates, type PlannedUpdate, planUpdate, type Skipped } from './plan.ts';
import type { Regenerate } from './regenerate.ts';
import type { Declined, UpdateRules } from './rules.ts';
import { filesOf, lockfilePath, type Project } from './run-files.ts';
import { proposalOf } from './run-propose.ts';

export type DependencyAgentDeps = Regenerate & {
  readonly git: Pick<GitReader, 'resolve' | 'readFile'> & GitInbox;
  readonly registry: Registry;
};

export type DependencyAgentSettings = UpdateRules & {
  readonly target: string;
  /** Packages to look at; absent: all. */
  readonly only?: readonly string[];
  readonly maxOpen: number;
  /** Proposals of this agent that are still under way: they count, and are not made again. */
  readonly open: readonly { readonly name: string; readonly version: string; readonly change: ChangeId }[];
  /** Proposals of this agent that a person has not decided on: not made again from the same commit. */
  readonly held: readonly HeldUpdate[];
  readonly groups: Groups;
  /** What was turned away as one, and is not proposed again as one. */
  readonly turnedAway: readonly TurnedAway[];
};

export type HeldUpdate = {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** The commit that it was made from. */
  readonly base: Sha;
  readonly change: ChangeId;
};

export type DependencyAgentReport = {
  readonly proposals: readonly Proposal[];
  /** Everything that was looked at and not proposed, with the reason. */
  readonly skipped: readonly Skipped[];
};

/** Looks for newer patch and minor versions of what the project names, and proposes each as a change of its own. */
export async function runDependencyAgent(
  deps: DependencyAgentDeps,
  settings: DependencyAgentSettings,
): Promise<DependencyAgentReport> {
  const project = await readProject(deps.git, settings.target);
  if ('code' in project) return { proposals: [], skipped: [project] };
  const { candidates, skipped } = findCandidates(project.manifests, project.lockfile);
  const report = { proposals: [] as Proposal[], skipped: [...skipped] };
  const updates: PlannedUpdate[] = [];
  const describe = describer((name) => deps.registry.describe(name));
  for (const candidate of candidates.filter(({ name }) => settings.only?.includes(name) !== false)) {
    const planned = planUpdate(candidate, await describe(candidate.name), settings);
    if ('code' in planned) report.skipped.push(planned);
    else updates.push(planned);
  }
  const attempt = { deps, settings, project, report };
  const ready = orderUpdates(updates).filter((update) => isFree(attempt, update));
  for (const bundle of bundlesOf(ready, settings.groups, settings.turnedAway))
    await tryBundle(attempt, bundle);
  return report;
}

async function readProject(git: DependencyAgentDeps['git'], target: string): Promise<Project | Skipped> {
  const base = await git.resolve(target);
  const lock = (await git.readFile(base, lockfilePath))?.toString('utf8');
  if (lock === undefined) {
    return {
      name: lockfilePath,
      version: null,
      code: 'dependency.no-lockfile',
      reason: `There is no ${lockfilePath} at the root.`,
    };
  }
  const lockfile = parseLockfile(lock);
  const texts = new Map([[lockfilePath, lock]]);
  const manifests = new Map<string, Manifest>();
  for (const { path: folder } of [...lockfile.entries.values()].filter(({ path }) => isProject(path))) {
    const path = folder === '' ? 'package.json' : `${folder}/package.json`;
    const text = (await git.readFile(base, path))?.toString('utf8');
    if (text === undefined) continue;
    texts.set(path, text);
    manifests.set(path, parseManifest(text, path));
  }
  return { base, texts, manifests, lockfile };
}

type Attempt = {
  readonly deps: DependencyAgentDeps;
  readonly settings: DependencyAgentSettings;
  readonly project: Project;
  /** What has come of it so far. */
  readonly report: { readonly proposals: Proposal[]; readonly skipped: Skipped[] };
};

/** Neither under way nor with a person. */
function isFree({ settings, project, report }: Attempt, update: PlannedUpdate): boolean {
  const skip = (code: string, reason: string) => report.skipped.push(skipped(update, { code, reason }));
  const held = settings.held.find((each) => isSame(each, update, project.base));
  if (settings.open.some((each) => each.name === update.name))
    skip('dependency.open', 'An earlier proposal for it is still under way.');
  else if (held !== undefined)
    skip('dependency.held', `${update.to} was proposed from this very commit: ${held.change} is held.`);
  else return true;
  return false;
}

const skipped = ({ name, from }: PlannedUpdate, why: Declined): Skipped => ({ name, version: from, ...why });

/** They say nothing about the packages: halves would fare no better. */
const passing = /^(registry|git)\.|^sandbox\.unavailable$/;

async function tryBundle(attempt: Attempt, bundle: Bundle<PlannedUpdate>): Promise<void> {
  const { settings, report } = attempt;
  const skip = (why: Declined) =>
    report.skipped.push(...bundle.updates.map((update) => skipped(update, why)));
  const underWay = new Set(settings.open.map(({ change }) => change)).size + report.proposals.length;
  if (underWay >= settings.maxOpen) {
    const [{ to } = { to: 'it' }, ...more] = bundle.updates;
    const what = more.length === 0 ? to : 'the group';
    skip({
      code: 'dependency.max-open',
      reason: `${settings.maxOpen} proposals are under way already; ${what} waits.`,
    });
    return;
  }
  const made = await make(attempt, bundle);
  if (!('reason' in made)) report.proposals.push(made);
  else if (bundle.updates.length === 1 || passing.test(made.code)) skip(made);
  else for (const half of halvesOf(bundle)) await tryBundle(attempt, half);
}

async function make(attempt: Attempt, bundle: Bundle<PlannedUpdate>): Promise<Proposal | Declined> {
  const { deps, settings, project } = attempt;
  try {
    const files = await filesOf(attempt, bundle.updates);
    if ('reason' in files) return files;
    return await proposalOf(deps.git, bundle, files.files, {
      base: project.base,
      target: settings.target,
      at: settings.asOf,
    });
  } catch (error) {
    if (error instanceof AutolandError) return { code: error.code, reason: error.message };
    throw error;
  }
}

function isSame(held: HeldUpdate, { name, from, to }: PlannedUpdate, base: Sha): boolean {
  return held.name === name && held.from === from && held.to === to && held.base === base;
}
