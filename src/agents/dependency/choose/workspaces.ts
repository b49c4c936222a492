import { parse } from 'yaml';
import { messageOf } from '../../../domain/errors.ts';
import { type Catalogs, inCatalogs, isCatalogSpec } from '../../../domain/lockfile/catalogs.ts';
import { isRecord, type JsonRecord } from '../../../domain/npm/hostile-json.ts';
import { installedDependencies, type Manifest } from '../../../domain/npm/manifest.ts';
import type { Candidate, Skipped } from './candidates.ts';
import type { Declined } from './rules.ts';

export type Found = { readonly candidates: readonly Candidate[]; readonly skipped: readonly Skipped[] };

export type Workspace = {
  /** By path. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** What steers the manager besides, by path. */
  readonly settings: ReadonlyMap<string, string>;
  readonly catalogs: Catalogs;
};

/**
 * Leaves alone what another place decides for all members at once: a member of the workspace itself, an override, a catalog that says nothing. One
 * member is never raised without the others that name the package. Pure.
 */
export function setAside({ candidates, skipped }: Found, workspace: Workspace): Found {
  const elsewhere = decidedElsewhere(workspace);
  const told = new Set<string>();
  const tell = (name: string, version: string | null): readonly Skipped[] => {
    const why = elsewhere.get(name);
    if (why === undefined || told.has(name)) return [];
    told.add(name);
    return [{ name, version, ...why }];
  };
  return {
    candidates: candidates.filter(({ name }) => !elsewhere.has(name)),
    skipped: [
      ...skipped.flatMap((each) => (elsewhere.has(each.name) ? tell(each.name, each.version) : [each])),
      ...candidates.flatMap(({ name, from }) => tell(name, from)),
    ],
  };
}

/** Why a package's version is not to be decided where it is named, by its name. */
export function decidedElsewhere({
  manifests,
  settings,
  catalogs,
}: Workspace): ReadonlyMap<string, Declined> {
  const all = new Map<string, Declined>();
  const members = new Map([...manifests].map(([path, { raw }]) => [raw.name, path]));
  for (const [path, manifest] of manifests) {
    for (const [name, { spec }] of installedDependencies(manifest)) {
      const member = members.get(name);
      const isUnlisted = isCatalogSpec(spec) && inCatalogs(catalogs, name, spec) === undefined;
      if (isUnlisted) all.set(name, inNoCatalog(path, spec));
      else if (/^\s*workspace:/.test(spec) || member !== undefined) all.set(name, asMember(member ?? path));
    }
  }
  for (const [name, where] of overridden(manifests.get('package.json'), settings)) {
    const reason = `"${where}" decides its version for every member: change it there.`;
    all.set(name, { code: 'dependency.overridden', reason });
  }
  return all;
}

function inNoCatalog(path: string, spec: string): Declined {
  const reason = `${path} asks for "${spec}", and no catalog of the workspace names it.`;
  return { code: 'dependency.catalog', reason };
}

function asMember(path: string): Declined {
  return {
    code: 'dependency.workspace-member',
    reason: `It is a member of this workspace (${path}), and comes from no registry.`,
  };
}

/** Names whose version an override decides wherever they are asked for, and where it stands. */
function overridden(
  root: Manifest | undefined,
  settings: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const raw: JsonRecord = root?.raw ?? {};
  const pnpm = isRecord(raw.pnpm) ? raw.pnpm : {};
  const places: readonly (readonly [where: string, value: unknown])[] = [
    ['overrides of package.json', raw.overrides],
    ['resolutions of package.json', raw.resolutions],
    ['pnpm.overrides of package.json', pnpm.overrides],
    ['overrides of pnpm-workspace.yaml', yamlOf(settings.get('pnpm-workspace.yaml')).overrides],
  ];
  const names = new Map<string, string>();
  for (const [where, value] of places) {
    for (const [pattern, to] of Object.entries(isRecord(value) ? value : {})) {
      const name = nameIn(pattern);
      // What begins with $ repeats what the project itself asks for, and follows it.
      const follows = typeof to === 'string' && to.startsWith('$');
      if (name !== undefined && !follows && decidesItself(to)) names.set(name, where);
    }
  }
  return names;
}

/** npm nests what holds below a package only; "." is that package itself. */
function decidesItself(to: unknown): boolean {
  return !isRecord(to) || Object.hasOwn(to, '.');
}

/** `name`, `name@range`, and Yarn's `**` before it; undefined: only below another package. */
function nameIn(pattern: string): string | undefined {
  return /^(?:\*\*\/)?((?:@[^/@>\s]+\/)?[^/@>\s]+)(?:@(?:npm:)?[^/>]*)?$/.exec(pattern.slice(0, 300))?.[1];
}

/** What cannot be read here, the manager cannot read either, and says so. */
function yamlOf(text: string | undefined): JsonRecord {
  try {
    const value: unknown = parse(text ?? '', { maxAliasCount: 100 });
    return isRecord(value) ? value : {};
  } catch (thrown) {
    return { unread: messageOf(thrown) };
  }
}
