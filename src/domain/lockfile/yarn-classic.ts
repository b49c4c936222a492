import type { Manifest } from '../npm/manifest.ts';
import { assertCount, bareEntry, type LockEntry, type Lockfile, maxCharacters } from './model.ts';
import { bareRange, readDescriptor, resolutionsOf } from './yarn-names.ts';

const header = '# yarn lockfile v1';
const maxLine = 64 * 1024;

/** By folder ('' = root): a yarn.lock of version 1 says nothing of the projects that it is for. */
export type Projects = ReadonlyMap<string, Manifest>;

/** yarn.lock of Yarn 1. Throws an Error for all that Yarn does not write. https://classic.yarnpkg.com/docs/yarn-lock */
export function parseYarnClassic(text: string, projects: Projects): Lockfile {
  const blocks = blocksOf(text);
  assertCount(blocks.length);
  const entries = new Map<string, LockEntry>();
  const byPattern = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const block of blocks) {
    const found = installed(block);
    // One package may stand there several times, under several ranges.
    const times = (seen.get(found.path) ?? 0) + 1;
    seen.set(found.path, times);
    const entry = times === 1 ? found : { ...found, path: `${found.path}#${times}` };
    entries.set(entry.path, entry);
    for (const pattern of block.patterns) {
      if (byPattern.has(pattern)) throw new Error(`"${pattern}" stands twice`);
      byPattern.set(pattern, entry.path);
    }
  }
  const find = finder(byPattern, projects);
  for (const [path, entry] of entries) entries.set(path, { ...entry, edges: edgesOf(entry, find) });
  for (const [folder, manifest] of projects) {
    const entry = project(folder, manifest);
    entries.set(folder, { ...entry, edges: edgesOf(entry, find) });
  }
  if (!entries.has('')) throw new Error('expected a package.json beside it, found none');
  return { dialect: 'yarn-classic', version: 1, entries, legacy: undefined, settings: new Map() };
}

type Block = {
  readonly patterns: readonly string[];
  readonly fields: Map<string, string>;
  readonly needs: Map<string, Map<string, string>>;
};

const fields = new Set(['version', 'resolved', 'integrity', 'uid', 'registry']);
const sections = new Set(['dependencies', 'optionalDependencies']);

function blocksOf(text: string): readonly Block[] {
  if (text.length > maxCharacters) throw new Error(`it has ${text.length} characters, over ${maxCharacters}`);
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  if (!lines.some((line) => line.trim() === header)) throw new Error(`expected the line "${header}"`);
  const blocks: Block[] = [];
  let section: Map<string, string> | undefined;
  for (const [at, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const words = line.length > maxLine ? undefined : wordsOf(line);
    const block = blocks.at(-1);
    if (words?.indent === 0 && words.opens) {
      blocks.push({ patterns: words.list, fields: new Map(), needs: new Map() });
      section = undefined;
    } else if (block === undefined || words === undefined) {
      throw new Error(`line ${at + 1} cannot be read`);
    } else {
      section = addLine(block, section, words, at + 1);
    }
  }
  return blocks;
}

/** Answers the section that further lines belong to. */
function addLine(
  block: Block,
  section: Map<string, string> | undefined,
  { indent, opens, list: [name = '', value] }: Words,
  line: number,
): Map<string, string> | undefined {
  const deep = indent === 4 && section !== undefined && !opens && value !== undefined;
  const isSection = indent === 2 && opens && value === undefined && sections.has(name);
  const isField = indent === 2 && !opens && value !== undefined && fields.has(name);
  const into = deep ? section : block.fields;
  if (!deep && !isSection && !isField) throw new Error(`line ${line} cannot be read`);
  if (into.has(name) || block.needs.has(name)) throw new Error(`line ${line}: "${name}" stands twice`);
  if (isSection) {
    const opened = new Map<string, string>();
    block.needs.set(name, opened);
    return opened;
  }
  into.set(name, value ?? '');
  return deep ? section : undefined;
}

type Words = { readonly indent: number; readonly opens: boolean; readonly list: readonly string[] };

const word = /^(?:"(?:[^"\\]|\\.)*"|[A-Za-z][^\s:\\",[\]]*)/;

/** `a, b:` opens a block; `name value` is a field. undefined: neither. */
function wordsOf(line: string): Words | undefined {
  const indent = line.length - line.trimStart().length;
  if (line.slice(0, indent) !== ' '.repeat(indent)) return undefined;
  const list: string[] = [];
  let rest = line.slice(indent);
  let commas = 0;
  for (;;) {
    const found = word.exec(rest)?.[0];
    const text = found === undefined ? undefined : wordText(found);
    if (found === undefined || text === undefined) return undefined;
    list.push(text);
    rest = rest.slice(found.length);
    if (rest === '' && list.length === 2 && commas === 0) return { indent, opens: false, list };
    if (rest === ':' && commas === list.length - 1) return { indent, opens: true, list };
    const gap = /^, ?| /.exec(rest)?.[0];
    if (gap === undefined) return undefined;
    if (gap.startsWith(',')) commas++;
    rest = rest.slice(gap.length);
  }
}

function wordText(found: string): string | undefined {
  if (!found.startsWith('"')) return /^(?:true|false)/.test(found) ? undefined : found;
  try {
    const text: unknown = JSON.parse(found);
    return typeof text === 'string' && !/\p{Cc}/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

function installed(block: Block): LockEntry {
  const names = new Set(block.patterns.map(realName));
  const [name = ''] = names;
  if (names.size !== 1) throw new Error(`"${block.patterns.join(', ')}" names several packages`);
  const version = block.fields.get('version');
  const range = readDescriptor(block.patterns[0] ?? '').range;
  const local = /^(?:file|link|portal):/.test(range);
  const resolved = block.fields.get('resolved')?.replace(/#[0-9a-f]{40}$/, '');
  return {
    ...bareEntry('yarn-classic', `node_modules/${name}@${version ?? ''}`, name),
    version,
    // Without an address Yarn 1 takes what the pattern says.
    resolved: resolved ?? (local ? range : undefined),
    link: range.startsWith('link:'),
    integrity: block.fields.get('integrity'),
    dependencies: block.needs.get('dependencies') ?? new Map(),
    optionalDependencies: block.needs.get('optionalDependencies') ?? new Map(),
  };
}

/** Of `al@npm:ms@^2.1.0` it is ms. */
function realName(pattern: string): string {
  const { name, range } = readDescriptor(pattern);
  const bare = range.startsWith('npm:') ? range.slice(4) : '';
  return bare.indexOf('@', 1) === -1 ? name : readDescriptor(bare).name;
}

function project(folder: string, manifest: Manifest): LockEntry {
  const { name, version } = manifest.raw;
  return {
    ...bareEntry('yarn-classic', folder, typeof name === 'string' ? name : ''),
    version: typeof version === 'string' ? version : undefined,
    ...manifest.sections,
  };
}

type Find = (name: string, range: string) => string | undefined;

function finder(byPattern: ReadonlyMap<string, string>, projects: Projects): Find {
  const resolutions = resolutionsOf(projects.get(''));
  const folders = new Map([...projects].map(([folder, { raw }]) => [raw.name, folder]));
  return (name, range) => {
    const ids = [range, ...(resolutions.get(name) ?? [])].map((each) => `${name}@${bareRange(each)}`);
    const found = [`${name}@${range}`, ...ids].flatMap((id) => byPattern.get(id) ?? [])[0];
    return found ?? folders.get(name);
  };
}

function edgesOf(entry: LockEntry, find: Find): ReadonlyMap<string, string> {
  const edges = new Map<string, string>();
  const wanted = [...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies];
  for (const [name, range] of wanted) {
    const path = find(name, range);
    if (path !== undefined) edges.set(name, path);
  }
  return edges;
}
