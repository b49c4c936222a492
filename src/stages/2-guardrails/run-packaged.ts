import type { FileKind, Sha } from '../../domain/change.ts';
import { candidates, isReadable, loadsIn } from './api/own/reach.ts';
import type { PackageTexts } from './api/shape.ts';
import type { GuardrailPorts } from './run-ports.ts';

const mostFiles = 800;
const mostSought = 500_000;
const mostFileBytes = 1024 * 1024;
const mostBytes = 16 * 1024 * 1024;

type Git = Pick<GuardrailPorts['git'], 'list' | 'readFile'>;

/** One side's files. */
export class Tree {
  readonly files: ReadonlyMap<string, { readonly kind: FileKind; readonly size: number }>;
  readonly #git: Git;
  readonly #sha: Sha;

  private constructor(git: Git, sha: Sha, files: Tree['files']) {
    this.#git = git;
    this.#sha = sha;
    this.files = files;
  }

  static async of(git: Git, sha: Sha): Promise<Tree> {
    const listed = await git.list(sha, '');
    return new Tree(git, sha, new Map(listed.map(({ path, ...file }) => [path, file])));
  }

  /** undefined: there is no such file, it is a link, or it is too large. */
  async read(path: string): Promise<string | undefined> {
    const file = this.files.get(path);
    const isText = file !== undefined && (file.kind === 'file' || file.kind === 'executable');
    if (!isText || file.size > mostFileBytes) return undefined;
    return (await this.#git.readFile(this.#sha, path))?.toString('utf8');
  }
}

export type PackageFolder = { readonly folder: string; readonly nested: readonly string[] };
export type Packaged = {
  readonly contents: PackageTexts;
  /** What was read, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** What is there of that which package.json names, whether it can be read or not. */
  readonly held: ReadonlySet<string>;
  /** Each path that was looked for, whether it is there or not. */
  readonly sought: ReadonlySet<string>;
};

/** Reads packages out of trees: what their entries lead to, and no more. */
export class PackageSources {
  readonly #touched: ReadonlySet<string>;
  /** Texts of files that both sides have. */
  readonly #same = new Map<string, string>();

  /** `touched`: the files that are not the same on both sides. */
  constructor(touched: ReadonlySet<string>) {
    this.#touched = touched;
  }

  /** undefined: they lead to more than is ever read. `targets`: the paths in the folder that its package.json names. */
  async read(tree: Tree, place: PackageFolder, targets: readonly string[]): Promise<Packaged | undefined> {
    const paths = pathsOf(tree, place);
    const texts = new Map<string, string>();
    const pending = new Set(['package.json', ...targets.flatMap((each) => expand(each, paths))]);
    let room = mostBytes;
    for (const path of pending) {
      if (!paths.has(path)) continue;
      const text = await this.#text(tree, place.folder === '' ? path : `${place.folder}/${path}`);
      if (text === undefined || text.length > room) return undefined;
      if (texts.size >= mostFiles || pending.size > mostSought) return undefined;
      room -= text.length;
      texts.set(path, text);
      for (const next of reachedFrom(path, text)) pending.add(next);
    }
    const files = [...paths].map((path) => fileOf(path, texts.get(path)));
    const held = new Set(targets.filter((path) => paths.has(path)));
    return { contents: { files }, texts, held, sought: new Set([...pending, ...targets]) };
  }

  async #text(tree: Tree, path: string): Promise<string | undefined> {
    const known = this.#same.get(path);
    if (known !== undefined) return known;
    const text = await tree.read(path);
    if (text !== undefined && !this.#touched.has(path)) this.#same.set(path, text);
    return text;
  }
}

/** From the package's root. */
function pathsOf({ files }: Tree, { folder, nested }: PackageFolder): ReadonlySet<string> {
  const root = folder === '' ? '' : `${folder}/`;
  const others = nested.filter((each) => each.startsWith(root)).map((each) => `${each}/`);
  const own = [...files].filter(
    ([path, { kind }]) =>
      path.startsWith(root) &&
      (kind === 'file' || kind === 'executable') &&
      !`/${path}`.includes('/node_modules/') &&
      !others.some((other) => path.startsWith(other)),
  );
  return new Set(own.map(([path]) => path.slice(root.length)));
}

function expand(target: string, paths: ReadonlySet<string>): readonly string[] {
  if (!target.includes('*')) return candidates(target).filter(isReadable);
  const [before = '', after = ''] = target.split('*');
  return [...paths].filter((path) => isReadable(path) && path.startsWith(before) && path.endsWith(after));
}

/** Its own package.json says whether a file is a module. */
function reachedFrom(path: string, text: string): readonly string[] {
  if (!isReadable(path)) return [];
  const parts = path.split('/').slice(0, -1);
  const manifests = parts.map((_, at) => `${parts.slice(0, at + 1).join('/')}/package.json`);
  return [...manifests, ...candidates(path), ...loadsIn(path, text).flatMap(candidates)].filter(
    (each) => isReadable(each) || each.endsWith('package.json'),
  );
}

function fileOf(path: string, text: string | undefined): PackageTexts['files'][number] {
  return { path, kind: text === undefined ? 'binary' : 'text', text };
}
