import type { Sha } from '../../domain/change.ts';
import { isProject, type Lockfile, nameFromPath, packageChanges } from '../../domain/lockfile.ts';
import { isRecord, parseHostileObject } from '../../domain/npm/hostile-json.ts';
import { type Client, describedBy, packageOf, subpathOf } from './api/client.ts';
import type { ApiFacts, ComparedApi } from './api/compared.ts';
import { questionOf, type Version } from './api/question.ts';
import { shapeOf } from './api/shape.ts';
import type { LockFacts } from './facts.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';

const maxPackages = 40;
const maxSources = 2_000;
const maxSourceBytes = 512 * 1024;
const maxAllBytes = 24 * 1024 * 1024;

type Update = Pick<ComparedApi, 'name' | 'importedAs' | 'from' | 'to' | 'direct' | 'shared'>;
type Ports = Pick<GuardrailPorts, 'registry' | 'api'>;

/** Rejects as the registry does. */
export const gatherApi = gatherer<'api'>()({
  needs: ['lock'],
  cost: 'aside',
  async gather({ deps, change, found }): Promise<ApiFacts> {
    if (change.classification.class === 'revert')
      return { compared: [], client: nobody, omitted: [], revert: true };
    const updates = updatesOf(found.lock);
    const names = new Set(updates.map(({ importedAs }) => importedAs));
    const client = names.size === 0 ? nobody : await clientOf(deps, change.classification.base, names);
    const compared: ComparedApi[] = [];
    for (const update of updates.slice(0, maxPackages)) compared.push(await compare(deps, update, client));
    const omitted = updates.slice(maxPackages).map(({ name, to }) => `${name}@${to}`);
    return { compared, client, omitted };
  },
});

const nobody: Client = { imports: [], members: new Set(), unread: [], node: undefined, scripts: '' };

/** One for each pair of versions, however often it is installed; direct if it is at one of its places. */
function updatesOf({ base, head }: LockFacts): readonly Update[] {
  if (base === undefined || head === undefined) return [];
  const updates = new Map<string, Update>();
  for (const { name, path, from, to, direct } of packageChanges(base, head)) {
    if (from === null || to === null || from === to) continue;
    const importedAs = describedBy(nameFromPath(path));
    const key = `${name} ${importedAs} ${from} ${to}`;
    const isDirect = direct || updates.get(key)?.direct === true;
    const shared = !isDirect || isShared(head, nameFromPath(path));
    updates.set(key, { name, importedAs, from, to, direct: isDirect, shared });
  }
  return [...updates.values()];
}

/** Does any installed package name it? */
function isShared({ entries }: Lockfile, name: string): boolean {
  const installed = [...entries.values()].filter(({ path }) => !isProject(path));
  return installed.some(({ dependencies, optionalDependencies, peerDependencies }) =>
    [dependencies, optionalDependencies, peerDependencies].some((names) => names.has(name)),
  );
}

/** One package after the other, so that no more than one's text is in memory. */
async function compare({ registry, api }: Ports, update: Update, client: Client): Promise<ComparedApi> {
  const [old, now] = [await read(registry, update, update.from), await read(registry, update, update.to)];
  const shapes = { old: old?.shape, now: now?.shape };
  if (old === undefined || now === undefined) return { ...update, ...shapes, comparison: undefined };
  const own = client.imports.filter(({ specifier }) => packageOf(specifier) === update.importedAs);
  const wanted = [...new Set(own.map(({ specifier }) => subpathOf(specifier, update.importedAs)))];
  const question = questionOf(update.name, old, now, wanted);
  return { ...update, ...shapes, comparison: question && (await api.compare(question)) };
}

async function read(
  registry: Ports['registry'],
  { name }: Update,
  version: string,
): Promise<Version | undefined> {
  const contents = await registry.contents(name, version);
  const shape = contents && shapeOf(contents);
  return shape && { contents, shape };
}

/** What the base's sources take of the packages named. */
async function clientOf(
  { git, api }: Pick<GuardrailPorts, 'git' | 'api'>,
  base: Sha,
  names: ReadonlySet<string>,
): Promise<Client> {
  const { sources, unread } = await readSources({ git }, base);
  const found = await api.imports(sources);
  const imports: Client['imports'][number][] = [];
  const members = new Set<string>();
  for (const { id: path } of sources) {
    const one = found.get(path);
    const taken = one?.imports.filter(({ specifier }) => names.has(packageOf(specifier))) ?? [];
    imports.push(...taken.map((each) => ({ ...each, path })));
    for (const member of one?.members ?? []) members.add(member);
    if (one === undefined) unread.push(path);
  }
  return { imports, members, unread, ...(await readManifest({ git }, base)) };
}

async function readSources(
  { git }: Pick<GuardrailPorts, 'git'>,
  base: Sha,
): Promise<{ sources: { id: string; path: string; text: string }[]; unread: string[] }> {
  const listed = await git.list(base, '');
  const wanted = listed.filter(
    ({ path, kind }) => /\.([cm]?[jt]s|[jt]sx)$/.test(path) && kind !== 'symlink' && !isInstalled(path),
  );
  const sources: { id: string; path: string; text: string }[] = [];
  const unread: string[] = [];
  let room = maxAllBytes;
  for (const { path, size } of wanted) {
    const fits = size <= Math.min(maxSourceBytes, room) && sources.length < maxSources;
    const bytes = fits ? await git.readFile(base, path) : undefined;
    if (bytes === undefined) unread.push(path);
    else sources.push({ id: path, path, text: bytes.toString('utf8') });
    room -= fits ? size : 0;
  }
  return { sources, unread };
}

function isInstalled(path: string): boolean {
  return `/${path}`.includes('/node_modules/');
}

async function readManifest(
  { git }: Pick<GuardrailPorts, 'git'>,
  base: Sha,
): Promise<Pick<Client, 'node' | 'scripts'>> {
  const bytes = await git.readFile(base, 'package.json');
  if (bytes === undefined) return { node: undefined, scripts: '' };
  const { engines, scripts } = parseHostileObject(bytes.toString('utf8'));
  const node = isRecord(engines) && Object.hasOwn(engines, 'node') ? engines.node : undefined;
  const texts = isRecord(scripts) ? Object.values(scripts).filter((each) => typeof each === 'string') : [];
  return { node: typeof node === 'string' ? node : undefined, scripts: texts.join('\n') };
}
