import type { Proposal } from '../../domain/change.ts';
import { isProject, parseLockfile } from '../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import { describer } from './ask.ts';
import { bundlesOf } from './groups.ts';
import { findCandidates, orderUpdates, type PlannedUpdate, planUpdate, type Skipped } from './plan.ts';
import {
  type DependencyAgentDeps,
  type DependencyAgentSettings,
  isFree,
  isWanted,
  tryBundle,
} from './run-attempt.ts';
import { lockfilePath, type Project } from './run-files.ts';
import { proposeFixes } from './run-fixes.ts';

export type { DependencyAgentDeps, DependencyAgentSettings, HeldUpdate } from './run-attempt.ts';

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
  const attempt = { deps, settings, project, report };
  const describe = describer((name) => deps.registry.describe(name));
  const mended = await proposeFixes(attempt, candidates, describe);
  const updates: PlannedUpdate[] = [];
  for (const candidate of candidates.filter(({ name }) => isWanted(settings, name) && !mended.has(name))) {
    const planned = planUpdate(candidate, await describe(candidate.name), settings);
    if ('code' in planned) report.skipped.push(planned);
    else updates.push(planned);
  }
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
