import type { Sha } from '../../domain/change.ts';
import { type Lockfile, newEntries, parseLockfile } from '../../domain/lockfile.ts';
import type { Manifest } from '../../domain/npm/manifest.ts';
import type { Registry } from '../../ports/registry.ts';
import { dayMs, tooYoung } from './ask.ts';
import { restyleLock } from './lock-text.ts';
import { editManifest } from './manifest-text.ts';
import { findCandidates, type PlannedUpdate } from './plan.ts';
import { type Regenerate, regenerateLock } from './regenerate.ts';
import type { UpdateRules } from './rules.ts';

export const lockfilePath = 'package-lock.json';

/** What the branch holds. */
export type Project = {
  readonly base: Sha;
  /** Texts of package.json files and the lockfile, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly lockfile: Lockfile;
};

/** Why there are none. */
export type Problem = { readonly code: string; readonly reason: string };

type Making = {
  readonly deps: Regenerate & { readonly registry: Registry };
  readonly settings: UpdateRules;
  readonly project: Project;
};

type Files = { readonly files: ReadonlyMap<string, string> } | Problem;

/** What the files are after the updates: only those that differ. */
export async function filesOf(
  { deps, settings, project }: Making,
  updates: readonly PlannedUpdate[],
): Promise<Files> {
  const manifests = editAll(project, updates, false);
  const steps = [editAll(project, updates, true), manifests];
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
  const missed = entriesMissing(project, text, updates);
  if (missed !== undefined) return { code: 'dependency.not-locked', reason: missed };
  const changed = [...manifests, [lockfilePath, text] as const].filter(
    ([path, after]) => project.texts.get(path) !== after,
  );
  return { files: new Map(changed) };
}

/** The package.json texts after the updates; all of them that name a package, even when their text stays. */
function editAll(
  project: Project,
  updates: readonly PlannedUpdate[],
  exact: boolean,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const edits = updates.flatMap((update) => update.edits.map((each) => ({ ...each, to: update.to })));
  for (const { path, section, name, edit, to } of edits) {
    const before = texts.get(path) ?? project.texts.get(path) ?? '';
    const spec = exact ? to : edit.kind === 'replace' ? edit.spec : undefined;
    texts.set(path, spec === undefined ? before : editManifest(before, path, [{ section, name, spec }]));
  }
  return texts;
}

function entriesMissing(
  project: Project,
  text: string,
  updates: readonly PlannedUpdate[],
): string | undefined {
  const { candidates } = findCandidates(project.manifests, parseLockfile(text));
  const now = new Map(candidates.map(({ name, from }) => [name, from]));
  const missed = updates.find(({ name, to }) => now.get(name) !== to);
  return (
    missed &&
    `npm locked ${now.get(missed.name) ?? 'several versions'} of ${missed.name} where ${missed.to} was asked for.`
  );
}
