import type { ChangeId, Proposal, Sha } from '../../domain/change.ts';
import { AutolandError } from '../../domain/errors.ts';
import { isProject, type Lockfile, newEntries, parseLockfile } from '../../domain/lockfile.ts';
import { type Manifest, parseManifest } from '../../domain/npm/manifest.ts';
import type { GitInbox, GitReader } from '../../ports/git-host.ts';
import type { Registry } from '../../ports/registry.ts';
import { dayMs, describer, tooYoung } from './ask.ts';
import { restyleLock } from './lock-text.ts';
import { editManifest } from './manifest-text.ts';
import { findCandidates, orderUpdates, type PlannedUpdate, planUpdate, refOf, type Skipped } from './plan.ts';
import { type Regenerate, regenerateLock } from './regenerate.ts';
import type { UpdateRules } from './rules.ts';

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
  readonly open: readonly { readonly name: string; readonly version: string }[];
  /** Proposals of this agent that a person has not decided on: not made again from the same commit. */
  readonly held: readonly HeldUpdate[];
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

type Project = {
  readonly base: Sha;
  /** Texts of package.json files and the lockfile, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly lockfile: Lockfile;
};

const lockfilePath = 'package-lock.json';

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
  for (const update of orderUpdates(updates)) {
    const outcome = await tryUpdate({ deps, settings, project, made: report.proposals.length }, update);
    if ('code' in outcome) report.skipped.push(outcome);
    else report.proposals.push(outcome);
  }
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
  readonly made: number;
};

async function tryUpdate(attempt: Attempt, update: PlannedUpdate): Promise<Proposal | Skipped> {
  const { settings, made, project } = attempt;
  const skip = (code: string, reason: string): Skipped => ({
    name: update.name,
    version: update.from,
    code,
    reason,
  });
  if (settings.open.some((each) => each.name === update.name)) {
    return skip('dependency.open', 'An earlier proposal for it is still under way.');
  }
  const held = settings.held.find((each) => isSame(each, update, project.base));
  if (held !== undefined) {
    return skip(
      'dependency.held',
      `${update.to} was proposed from this very commit: ${held.change} is held.`,
    );
  }
  if (settings.open.length + made >= settings.maxOpen) {
    return skip(
      'dependency.max-open',
      `${settings.maxOpen} proposals are under way already; ${update.to} waits.`,
    );
  }
  try {
    const files = await filesOf(attempt, update);
    return 'reason' in files ? skip(files.code, files.reason) : await propose(attempt, update, files.files);
  } catch (error) {
    if (error instanceof AutolandError) return skip(error.code, error.message);
    throw error;
  }
}

function isSame(held: HeldUpdate, { name, from, to }: PlannedUpdate, base: Sha): boolean {
  return held.name === name && held.from === from && held.to === to && held.base === base;
}

type Files =
  | { readonly files: ReadonlyMap<string, string> }
  | { readonly code: string; readonly reason: string };

async function filesOf({ deps, settings, project }: Attempt, update: PlannedUpdate): Promise<Files> {
  const manifests = editAll(project, update, false);
  const steps = [editAll(project, update, true), manifests];
  const cutoff = new Date(settings.asOf.getTime() - settings.minimumAgeDays * dayMs);
  const raw = await regenerateLock(deps, project.texts, steps, cutoff);
  const entries = newEntries(project.lockfile, parseLockfile(raw)).filter((entry) => !entry.link);
  const digests = new Map<string, string>();
  const ask = (each: string) => deps.registry.describe(each);
  for (const { name, version, integrity } of entries) {
    if (version === undefined) continue;
    const young = await tooYoung(ask, name, version, settings);
    if (young !== undefined) return { code: 'dependency.brings-too-young', reason: young };
    const served = integrity === undefined ? await deps.registry.manifest(name, version) : undefined;
    if (served !== undefined) digests.set(`${name}@${version}`, served.integrity);
  }
  const text = restyleLock(project.texts.get(lockfilePath) ?? '', raw, digests);
  const missed = entriesMissing(project, text, update);
  if (missed !== undefined) return { code: 'dependency.not-locked', reason: missed };
  const changed = [...manifests, [lockfilePath, text] as const].filter(
    ([path, after]) => project.texts.get(path) !== after,
  );
  return { files: new Map(changed) };
}

/** The package.json texts after the update; all of them that name the package, even when their text stays. */
function editAll(project: Project, update: PlannedUpdate, exact: boolean): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { path, section, name, edit } of update.edits) {
    const before = texts.get(path) ?? project.texts.get(path) ?? '';
    const spec = exact ? update.to : edit.kind === 'replace' ? edit.spec : undefined;
    texts.set(path, spec === undefined ? before : editManifest(before, path, [{ section, name, spec }]));
  }
  return texts;
}

function entriesMissing(project: Project, text: string, update: PlannedUpdate): string | undefined {
  const lock = parseLockfile(text);
  const { candidates } = findCandidates(project.manifests, lock);
  const now = candidates.find((candidate) => candidate.name === update.name)?.from;
  return now === update.to
    ? undefined
    : `npm locked ${now ?? 'several versions'} where ${update.to} was asked for.`;
}

async function propose(
  { deps, settings, project }: Attempt,
  update: PlannedUpdate,
  files: ReadonlyMap<string, string>,
): Promise<Proposal> {
  const { name, from, to, kind } = update;
  const title = `Update ${name} from ${from} to ${to}`;
  const ref = refOf(update);
  const bytes = new Map([...files].map(([path, text]) => [path, Buffer.from(text)] as const));
  const head = await deps.git.propose({
    base: project.base,
    files: bytes,
    message: `${title}\n`,
    ref,
    at: settings.asOf,
  });
  return {
    source: 'agent:dependency',
    title,
    head,
    ref,
    target: settings.target,
    record: { package: name, from, to, kind, base: project.base },
  };
}
