import type { Proposal } from '../../domain/change.ts';
import { describer } from './ask.ts';
import { type Candidate, findCandidates, type Skipped } from './choose/candidates.ts';
import { bundlesOf } from './choose/groups.ts';
import { orderUpdates, type PlannedUpdate, planUpdate } from './choose/plan.ts';
import { setAside } from './choose/workspaces.ts';
import { readProject } from './managers/run-read.ts';
import { LockWriter } from './managers/run-writer.ts';
import { proposeRemovals } from './overrides/run-remove.ts';
import {
  type Attempt,
  type DependencyAgentDeps,
  type DependencyAgentSettings,
  isFree,
  isWanted,
  tryBundle,
} from './run-attempt.ts';
import { proposeFixes } from './security/run-fixes.ts';

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
  const { candidates, skipped } = setAside(
    findCandidates(project.manifests, project.lockfile, project.catalogs),
    project,
  );
  const report = { proposals: [] as Proposal[], skipped: [...skipped] };
  const writer = new LockWriter(deps, project);
  try {
    await proposeAll({ deps, settings, project, writer, report }, candidates);
  } finally {
    await writer.close();
  }
  return report;
}

/** Newer versions of what nothing mends first. */
async function proposeAll(attempt: Attempt, candidates: readonly Candidate[]): Promise<void> {
  const { deps, settings, report } = attempt;
  const describe = describer((name) => deps.registry.describe(name));
  // What mends one version says nothing of another that a member has.
  const single = candidates.filter(({ highest }) => highest === undefined);
  const { done, failed } = await proposeFixes(attempt, single, describe);
  await proposeRemovals(attempt);
  const updates: PlannedUpdate[] = [];
  for (const candidate of candidates.filter(({ name }) => isWanted(settings, name) && !done.has(name))) {
    const planned = planUpdate(candidate, await describe(candidate.name), settings);
    if ('code' in planned) report.skipped.push(planned);
    else if (!failed.has(`${planned.name}@${planned.to}`)) updates.push(planned);
  }
  const ready = orderUpdates(updates).filter((update) => isFree(attempt, update));
  for (const bundle of bundlesOf(ready, settings.groups, settings.turnedAway))
    await tryBundle(attempt, bundle);
}
