import type { Sha } from '../../domain/change.ts';
import { type LockEntry, type Lockfile, newEntries, parseLockfile } from '../../domain/lockfile.ts';
import type { Manifest } from '../../domain/npm/manifest.ts';
import type { Registry } from '../../ports/registry.ts';
import { dayMs } from './ask.ts';
import { isIndirect, withOverrides } from './indirect.ts';
import { restyleLock } from './lock-text.ts';
import { editManifest } from './manifest-text.ts';
import { findCandidates, type PlannedUpdate } from './plan.ts';
import { type Regenerate, regenerateLock } from './regenerate.ts';
import type { Declined, UpdateRules } from './rules.ts';
import { type BroughtVersion, type LockedVersion, newlyLocked, waitsFor } from './transitive-age.ts';

export const lockfilePath = 'package-lock.json';
const rootPath = 'package.json';

/** What the branch holds. */
export type Project = {
  readonly base: Sha;
  /** Texts of package.json files and the lockfile, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly manifests: ReadonlyMap<string, Manifest>;
  readonly lockfile: Lockfile;
};

type Making = {
  readonly deps: Regenerate & { readonly registry: Registry };
  readonly settings: UpdateRules;
  readonly project: Project;
};

export type Files = { readonly files: ReadonlyMap<string, string> } | Declined;

/** What the files are after the updates: only those that differ. */
export async function filesOf(
  { deps, settings, project }: Making,
  updates: readonly PlannedUpdate[],
): Promise<Files> {
  const manifests = editAll(project, updates, false);
  const steps = [editAll(project, updates, true), manifests];
  const raw = await regenerateLock(deps, project.texts, steps, cutoffOf(updates, settings));
  const after = parseLockfile(raw);
  // Those that were chosen have the age that they need.
  const brought = newlyLocked(project.lockfile, after).filter(
    (each) => !updates.some(({ name, to }) => each.name === name && each.version === to),
  );
  const waits = await tooYoung(deps.registry, brought, settings);
  if (waits !== undefined) return waits;
  const digests = await digestsOf(deps.registry, newEntries(project.lockfile, after));
  const text = restyleLock(project.texts.get(lockfilePath) ?? '', raw, digests);
  const missed = entriesMissing(project, text, updates);
  if (missed !== undefined) return { code: 'dependency.not-locked', reason: missed };
  const changed = [...manifests, [lockfilePath, text] as const].filter(
    ([path, after]) => project.texts.get(path) !== after,
  );
  return { files: new Map(changed) };
}

/** What mends may be younger than all else. */
function cutoffOf(updates: readonly PlannedUpdate[], { asOf, minimumAgeDays }: UpdateRules): Date {
  const chosen = updates.map(({ publishedAt }) => Date.parse(publishedAt));
  return new Date(Math.max(asOf.getTime() - minimumAgeDays * dayMs, ...chosen));
}

/** npm was asked for what was there before a date; a registry that serves no times, or a range that only a young version fits, leads past that. */
async function tooYoung(
  registry: Registry,
  brought: readonly LockedVersion[],
  settings: UpdateRules,
): Promise<Declined | undefined> {
  const dated: BroughtVersion[] = [];
  for (const { name, version } of brought) {
    const found = (await registry.describe(name))?.versions.find((each) => each.version === version);
    dated.push({ name, version, publishedAt: found?.publishedAt });
  }
  return waitsFor(dated, settings);
}

/** By `name@version`: what the registry's summaries left out. */
async function digestsOf(
  registry: Registry,
  entries: readonly LockEntry[],
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const { name, version, integrity, link } of entries) {
    if (link || version === undefined || integrity !== undefined) continue;
    const served = await registry.manifest(name, version);
    if (served !== undefined) digests.set(`${name}@${version}`, served.integrity);
  }
  return digests;
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
  if (updates.some(isIndirect)) {
    const root = texts.get(rootPath) ?? project.texts.get(rootPath) ?? '';
    texts.set(rootPath, exact ? withOverrides(root, updates.filter(isIndirect)) : root);
  }
  return texts;
}

function entriesMissing(
  project: Project,
  text: string,
  updates: readonly PlannedUpdate[],
): string | undefined {
  const lock = parseLockfile(text);
  const { candidates } = findCandidates(project.manifests, lock);
  const now = new Map(candidates.map(({ name, from }) => [name, from]));
  const missed = updates.find((update) =>
    isIndirect(update) ? !isReplaced(lock, update) : now.get(update.name) !== update.to,
  );
  if (missed === undefined) return undefined;
  const locked = isIndirect(missed) ? missed.from : (now.get(missed.name) ?? 'several versions');
  return `npm locked ${locked} of ${missed.name} where ${missed.to} was asked for.`;
}

function isReplaced(lock: Lockfile, { name, from, to }: PlannedUpdate): boolean {
  const versions = [...lock.entries.values()].flatMap((entry) =>
    entry.name === name ? [entry.version] : [],
  );
  return versions.includes(to) && !versions.includes(from);
}
