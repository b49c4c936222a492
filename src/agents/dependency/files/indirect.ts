import { parse, stringify } from 'yaml';
import { findInstalled, type Lockfile } from '../../../domain/lockfile.ts';
import { isRecord, type JsonRecord, parseHostileObject } from '../../../domain/npm/hostile-json.ts';
import type { Pinned, PlannedUpdate } from '../choose/plan.ts';
import type { Project } from '../managers/run-read.ts';
import type { Asking } from '../managers/yarn-keys.ts';
import { pnpmOverridesFile } from '../overrides/place.ts';
import { gettersOf } from '../security/askers.ts';

/* How a package manager is made to lock a version that the project does not name. What is written here stands for one run only. */

const rootPath = 'package.json';
const workspacePath = 'pnpm-workspace.yaml';

/** The project does not name it: its lockfile alone changes. */
export function isIndirect({ edits }: PlannedUpdate): boolean {
  return edits.length === 0;
}

type Texts = ReadonlyMap<string, string>;

/** The texts, by path, that make the manager lock what others than the project ask for. */
export function pinnedTexts(project: Project, texts: Texts, updates: readonly PlannedUpdate[]): Texts {
  const pinned = updates.filter((update) => pinsOf(update).length > 0);
  if (pinned.length === 0) return texts;
  const root = texts.get(rootPath) ?? project.texts.get(rootPath) ?? '';
  const { dialect } = project.lockfile;
  if (dialect === 'pnpm') return pinnedForPnpm(project, new Map(texts).set(rootPath, root), pinned);
  const write = dialect === 'npm' ? pinnedForNpm : withAliases;
  return new Map(texts).set(rootPath, write(root, pinned, project.lockfile));
}

const pinsOf = ({ pinned = [] }: PlannedUpdate) => pinned;

/**
 * npm keeps what is locked already as long as the ranges admit it. What lies at the root it takes for a dependency of the project
 * once, so that all share the one copy; what lies below a package is overridden there.
 */
function pinnedForNpm(manifest: string, updates: readonly PlannedUpdate[], lockfile: Lockfile): string {
  const root = parseHostileObject(manifest);
  const overrides: Record<string, unknown> = { ...recordOf(root.overrides) };
  const dependencies: Record<string, unknown> = { ...recordOf(root.dependencies) };
  for (const update of updates) {
    const { name, from, to } = update;
    const shared = lockfile.entries.get(`node_modules/${name}`);
    if (isIndirect(update) && shared?.name === name && shared.version === from) dependencies[name] = to;
    for (const asker of pinsOf(update).filter((each) => hasOwnCopy(lockfile, update, each))) {
      const before = overrides[asker.name];
      const own = isRecord(before) ? before : before === undefined ? {} : { '.': before };
      // Another version of the asker may ask for another range.
      overrides[asker.name] = { ...own, [`${name}@${asker.range}`]: to };
    }
  }
  const more = Object.keys(overrides).length === 0 ? {} : { overrides };
  return JSON.stringify({ ...root, dependencies, ...more }, null, 2);
}

function hasOwnCopy(lockfile: Lockfile, { name, from: version }: PlannedUpdate, asker: Pinned): boolean {
  return gettersOf(lockfile, { name, version }).some(({ entry, alias }) => {
    const isAsker = entry.name === asker.name && entry.version === asker.version;
    return isAsker && findInstalled(lockfile, entry.path, alias)?.path !== `node_modules/${name}`;
  });
}

/** pnpm is told below each package that asks, and reads its settings in one place only: in the one where they are, else where its version looks. */
function pinnedForPnpm(
  { settings, manager }: Project,
  texts: Texts,
  updates: readonly PlannedUpdate[],
): Texts {
  const pins = updates.flatMap((update) =>
    pinsOf(update).map(({ name, version }) => [`${name}@${version}>${update.name}`, update.to] as const),
  );
  if (pnpmOverridesFile({ settings, manager }) === workspacePath) {
    const text = texts.get(workspacePath) ?? settings.get(workspacePath) ?? '';
    const workspace = recordOf(parse(text, { maxAliasCount: 100 }));
    return new Map(texts).set(workspacePath, stringify(withPins(workspace, pins)));
  }
  const root = parseHostileObject(texts.get(rootPath) ?? '');
  const pnpm = withPins(recordOf(root.pnpm), pins);
  return new Map(texts).set(rootPath, JSON.stringify({ ...root, pnpm }, null, 2));
}

function withPins(raw: JsonRecord, pins: readonly (readonly [string, string])[]): JsonRecord {
  return { ...raw, overrides: { ...recordOf(raw.overrides), ...Object.fromEntries(pins) } };
}

function recordOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

const aliasOf = ({ name }: PlannedUpdate): string =>
  `autoland-pin-${name.replace(/^@/, '').replace('/', '-')}`;

/** Yarn locks an alias apart from what the project asks for under the package's own name. */
function withAliases(manifest: string, updates: readonly PlannedUpdate[]): string {
  const root = parseHostileObject(manifest);
  const aliases = updates.map((update) => [aliasOf(update), `npm:${update.name}@${update.to}`] as const);
  const dependencies = { ...recordOf(root.dependencies), ...Object.fromEntries(aliases) };
  return JSON.stringify({ ...root, dependencies }, null, 2);
}

/** Which ranges of others shall get what Yarn has locked for the alias. */
export function askedByOthers(update: PlannedUpdate): readonly Asking[] {
  const { name, to } = update;
  return pinsOf(update).map(({ range }) => ({ name, spec: range, to, alias: aliasOf(update) }));
}
