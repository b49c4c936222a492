import { type LockEntry, type Lockfile, newEntries } from '../../../domain/lockfile.ts';
import type { Registry } from '../../../ports/registry.ts';
import { dayMs } from '../ask.ts';
import { findCandidates, type Use } from '../choose/candidates.ts';
import type { PlannedUpdate } from '../choose/plan.ts';
import type { Declined, UpdateRules } from '../choose/rules.ts';
import type { Project } from '../managers/run-read.ts';
import type { LockWriter } from '../managers/run-writer.ts';
import { withOverrides } from '../overrides/texts.ts';
import { editCatalog } from './catalog-text.ts';
import { askedByOthers, isIndirect, pinnedTexts } from './indirect.ts';
import { editManifest } from './manifest-text.ts';
import { type BroughtVersion, type LockedVersion, newlyLocked, waitsFor } from './transitive-age.ts';

const rootPath = 'package.json';

type Making = {
  readonly deps: { readonly registry: Registry };
  readonly settings: UpdateRules;
  readonly project: Project;
  readonly writer: LockWriter;
};

export type Files = { readonly files: ReadonlyMap<string, string>; readonly lockfile: Lockfile } | Declined;

/** What the files are after the updates, only those that differ, and the lockfile among them as it reads. */
export async function filesOf(making: Making, updates: readonly PlannedUpdate[]): Promise<Files> {
  const { deps, settings, project, writer } = making;
  const final = withOverrides(project, editAll(project, updates, false), updates);
  const overridden = withOverrides(project, editAll(project, updates, true), updates);
  const exact = pinnedTexts(project, overridden, updates);
  const stages = { exact, final, asked: updates.flatMap(askedBy) };
  const raw = await writer.write(stages, cutoffOf(updates, settings));
  const written = writer.read(raw, final);
  // Those that were chosen have the age that they need.
  const brought = newlyLocked(project.lockfile, written).filter(
    (each) => !updates.some(({ name, to }) => each.name === name && each.version === to),
  );
  const waits = await tooYoung(deps.registry, brought, settings);
  if (waits !== undefined) return waits;
  const digests = await digestsOf(deps.registry, newEntries(project.lockfile, written));
  const text = writer.restyle(raw, digests);
  const lockfile = writer.read(text, final);
  const missed =
    entriesMissing(project, lockfile, updates) ??
    writer.objection(text, lockfile, updates.flatMap(steeredBy));
  if (missed !== undefined) return { code: 'dependency.not-locked', reason: missed };
  const changed = [...final, [project.lockPath, text] as const].filter(
    ([path, now]) => (project.texts.get(path) ?? project.sources.get(path)) !== now,
  );
  return { files: new Map(changed), lockfile };
}

/** What each place that names the package will ask for, and what others ask for. */
function askedBy(update: PlannedUpdate) {
  const { name, to, edits } = update;
  const own = edits.map(({ spec, edit }) => ({ name, to, spec: edit.kind === 'replace' ? edit.spec : spec }));
  return [...own, ...askedByOthers(update)];
}

/** Which settings that the lockfile repeats change with it. */
function steeredBy({ edits, override }: PlannedUpdate): readonly string[] {
  const catalog = edits.some(({ section }) => section === 'catalog') ? ['catalogs'] : [];
  return override === undefined ? catalog : [...catalog, 'overrides'];
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
  for (const { name, version, integrity, checksum, link } of entries) {
    if (link || version === undefined || (integrity ?? checksum) !== undefined) continue;
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
  for (const { to, ...place } of edits) {
    const { path, edit } = place;
    const before = texts.get(path) ?? project.texts.get(path) ?? project.sources.get(path) ?? '';
    const spec = exact ? to : edit.kind === 'replace' ? edit.spec : undefined;
    texts.set(path, spec === undefined ? before : editPlace(before, place, spec));
  }
  // npm runs once for each stage, in one folder: what pins a version goes again.
  if (updates.some(({ pinned = [] }) => pinned.length > 0) && !texts.has(rootPath))
    texts.set(rootPath, project.texts.get(rootPath) ?? '');
  return texts;
}

function editPlace(text: string, { path, section, name, listed }: Use, spec: string): string {
  if (listed !== undefined) return editCatalog(text, path, { keys: listed.keys, spec });
  return editManifest(text, path, [{ section, name, spec }]);
}

function entriesMissing(
  project: Project,
  lock: Lockfile,
  updates: readonly PlannedUpdate[],
): string | undefined {
  const { candidates } = findCandidates(project.manifests, lock, project.catalogs);
  const now = new Map(
    candidates.flatMap(({ name, from, highest = from }) => (from === highest ? [[name, from]] : [])),
  );
  const all = updates.filter(({ override }) => override?.is !== 'removed');
  const missed = all.find((update) =>
    isIndirect(update) ? !isReplaced(lock, update) : now.get(update.name) !== update.to,
  );
  if (missed === undefined) return undefined;
  const locked = isIndirect(missed) ? missed.from : (now.get(missed.name) ?? 'several versions');
  return `${project.manager?.title ?? 'npm'} locked ${locked} of ${missed.name} where ${missed.to} was asked for.`;
}

function isReplaced(lock: Lockfile, { name, from, to }: PlannedUpdate): boolean {
  const versions = [...lock.entries.values()].flatMap((entry) =>
    entry.name === name ? [entry.version] : [],
  );
  return versions.includes(to) && !versions.includes(from);
}
