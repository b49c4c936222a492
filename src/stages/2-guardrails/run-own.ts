import { isManifest } from '../../domain/lockfile/locate.ts';
import type { JsonRecord } from '../../domain/npm/hostile-json.ts';
import type { Classification } from '../../domain/stage.ts';
import { declarationsIn, isDeclaration, sameTexts, sightsOf } from './api/own/declarations.ts';
import { entryFiles, nameEntries, patternSubpaths, withBuilt } from './api/own/entries.ts';
import type { OwnApiFacts, OwnComparison, OwnOutcome, OwnPackage } from './api/own/facts.ts';
import { ownerOf, packageFolders } from './api/own/folders.ts';
import {
  isLoadable,
  isPublishable,
  nameOf,
  readManifest,
  sameManifest,
  seedsOf,
} from './api/own/manifest.ts';
import { isReadable } from './api/own/reach.ts';
import { questionOf, type Version } from './api/question.ts';
import { shapeOf } from './api/shape.ts';
import { PackageSources, Tree } from './run-packaged.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';

const mostPackages = 21;
/** More than these are not known, which is for a person. */
const mostSubpaths = 120;

type Ports = Pick<GuardrailPorts, 'git' | 'api'>;

/** What the packages that the repository itself is promise to others. Nothing is built, and nothing is run. */
export const gatherOwnApi = gatherer<'ownApi'>()({
  needs: [],
  cost: 'aside',
  async gather({ deps, change: { classification } }): Promise<OwnApiFacts> {
    const { class: changeClass, base, tree } = classification;
    const touched = touchedBy(classification);
    if (changeClass === 'revert' || touched.size === 0)
      return { class: changeClass, packages: [], omitted: [] };
    const [old, now] = [await Tree.of(deps.git, base), await Tree.of(deps.git, tree)];
    const folders = await foldersOf(old);
    const owners = Map.groupBy(touched, (path) => ownerOf(path, folders));
    const sources = new PackageSources(touched);
    const packages: OwnPackage[] = [];
    const omitted: string[] = [];
    for (const [folder, paths] of owners) {
      const manifest = await manifestOf(old, folder);
      if (manifest === undefined || !isPublishable(manifest, hasIndex(old, folder))) continue;
      const own = folder === '' ? paths : paths.map((path) => path.slice(folder.length + 1));
      const nested = folders.filter((each) => each !== '' && each !== folder);
      const within = { folder, nested, touched: own.filter((path) => path !== 'package.json') };
      if (packages.length >= mostPackages) omitted.push(folder);
      else {
        const outcome = await compare(deps, { sources, old, now, manifest, ...within });
        if (outcome !== undefined) packages.push({ name: nameOf(manifest), folder, outcome });
      }
    }
    return { class: changeClass, packages, omitted };
  },
});

/** Paths of both sides that a package's promises could be read from, and what is no more. */
function touchedBy({ files }: Classification): ReadonlySet<string> {
  const gone = files.flatMap(({ path, oldPath, status }) =>
    status === 'deleted' ? [path] : (oldPath ?? []),
  );
  const kept = files.map(({ path }) => path).filter((path) => isManifest(path) || isReadable(path));
  return new Set([...kept, ...gone]);
}

async function foldersOf(tree: Tree): Promise<readonly string[]> {
  const [manifest, pnpm] = [await tree.read('package.json'), await tree.read('pnpm-workspace.yaml')];
  return packageFolders([...tree.files.keys()], manifest ?? '{}', pnpm ?? '');
}

function manifestPath(folder: string): string {
  return folder === '' ? 'package.json' : `${folder}/package.json`;
}

function hasIndex({ files }: Tree, folder: string): boolean {
  return files.has(folder === '' ? 'index.js' : `${folder}/index.js`);
}

async function manifestOf(tree: Tree, folder: string): Promise<JsonRecord | undefined> {
  const text = await tree.read(manifestPath(folder));
  return text === undefined ? undefined : readManifest(text);
}

type Asked = {
  readonly sources: PackageSources;
  readonly old: Tree;
  readonly now: Tree;
  /** The base's. */
  readonly manifest: JsonRecord;
  readonly folder: string;
  /** From the folder; its own package.json is not among them. */
  readonly touched: readonly string[];
  /** Folders of other packages. */
  readonly nested: readonly string[];
};

/** undefined: nothing that it promises is touched. */
async function compare({ api }: Ports, asked: Asked): Promise<OwnOutcome | undefined> {
  const { sources, manifest, folder } = asked;
  const head = await manifestOf(asked.now, folder);
  const gone = unpublished(manifest, head, hasIndex(asked.now, folder));
  if (head === undefined || gone !== undefined)
    return { kind: 'unpublished', detail: gone ?? 'its package.json is gone' };
  if (asked.touched.length === 0 && sameManifest(manifest, head)) return undefined;
  const before = await sources.read(asked.old, asked, seedsOf(manifest));
  const isSame = sameManifest(manifest, head);
  if (isSame && before !== undefined && !asked.touched.some((path) => before.sought.has(path)))
    return undefined;
  const after = await sources.read(asked.now, asked, seedsOf(head));
  if (before === undefined || after === undefined)
    return { kind: 'unknown', detail: 'it holds more than is ever read' };
  const isHeld = [...before.held].every((path) => after.held.has(path));
  if (isSame && isHeld && sameTexts(before.texts, after.texts)) return undefined;
  const [old, now] = [versionOf(before.contents), versionOf(after.contents)];
  if (old === undefined || now === undefined)
    return { kind: 'unknown', detail: 'its package.json cannot be read' };
  const wanted = patternSubpaths(manifest, old.shape, new Set(asked.touched));
  const files = entryFiles(manifest, old.shape, wanted);
  const committed = [...files.keys()].filter((subpath) => files.get(subpath)?.length !== 0);
  const found = { old, now, wanted, files, manifest, head };
  const shapes = {
    old: withBuilt(old.shape, manifest, old.shape.files),
    now: withBuilt(now.shape, head, old.shape.files),
  };
  const isBuilt = committed.length === 0 && isLoadable(manifest, hasIndex(asked.old, folder));
  const comparison = isBuilt ? null : await ask({ api }, found);
  return { kind: 'compared', ...shapes, wanted, committed, comparison };
}

function unpublished(base: JsonRecord, head: JsonRecord | undefined, hasIndex: boolean): string | undefined {
  if (head === undefined) return 'its package.json is gone, or cannot be read';
  if (nameOf(base) !== nameOf(head)) return `it is called ${nameOf(head)}`;
  if (head.private === true) return 'it is private';
  return isPublishable(head, hasIndex) ? undefined : 'it names nothing to load or to run';
}

function versionOf(contents: Version['contents']): Version | undefined {
  const shape = shapeOf(contents);
  return shape && { contents, shape };
}

type Found = {
  readonly old: Version;
  readonly now: Version;
  readonly manifest: JsonRecord;
  readonly head: JsonRecord;
  readonly wanted: readonly string[];
  /** By subpath, of the base. */
  readonly files: ReadonlyMap<string, readonly string[]>;
};

/** A type checker takes seconds for whatever it is asked: it is not, where it could find no difference. */
async function ask({ api }: Pick<Ports, 'api'>, found: Found): Promise<OwnComparison> {
  const { old, now, manifest, head, wanted, files } = found;
  const [before, after] = [declarationsIn(old.contents), declarationsIn(now.contents)];
  const touched = !sameManifest(manifest, head) || !sameTexts(before, after);
  const declared = [...files].flatMap(([subpath, paths]) => (paths.some(isDeclaration) ? [subpath] : []));
  const question = questionOf(nameOf(manifest), old, now, wanted);
  const subpaths = [...files.keys()].slice(0, mostSubpaths);
  const entries = nameEntries(old.shape, now.shape, [...files.keys()]);
  const isSource = [...before.keys(), ...after.keys()].some((path) => !/\.d\.[cm]?ts$/.test(path));
  const none = { breaks: [], foreign: [], sights: [] };
  return {
    names:
      entries.length === 0 ? none : question && (await api.compare({ ...question, subpaths: [], entries })),
    types: touched
      ? question && (await api.compare({ ...question, subpaths, entries: [] }))
      : { breaks: [], foreign: [], sights: sightsOf(files, before) },
    basis: isSource ? 'sources' : 'declarations',
    declared,
    touched,
  };
}
