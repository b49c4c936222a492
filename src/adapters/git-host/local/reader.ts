import type { FileChange, FileKind, Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type {
  FileHistory,
  FileMove,
  FileMoves,
  GitCommit,
  GitReader,
  LineHistory,
  Touch,
} from '../../../ports/git-host.ts';
import { blameOf } from './blame.ts';
import { blobSizes } from './blobs.ts';
import type { GitView } from './git-view.ts';
import { movesOf } from './moves.ts';
import { assertSha, isRefName, isSha, isShortSha, splitAncestry } from './names.ts';
import { parseDiff } from './parse-diff.ts';
import { ReadMemo } from './read-memo.ts';
import { pathDanger } from './safe-path.ts';
import { listTree } from './tree-entries.ts';

/** Everything that only reads. */
export class LocalGitReader implements GitReader, FileHistory, FileMoves, LineHistory {
  readonly #view: GitView;
  readonly #memo: ReadMemo;

  constructor(view: GitView, memo: ReadMemo = ReadMemo.of(view)) {
    this.#view = view;
    this.#memo = memo;
  }

  /**
   * A branch wins over a tag of the same name (git's own order lets a pushed tag `main` shadow the branch),
   * and a name that is both a ref and an abbreviated commit is refused.
   */
  async resolve(ref: string): Promise<Sha> {
    const { name, suffix } = splitAncestry(ref);
    const byRef = isSha(name) ? undefined : await this.#refValue(name);
    const byObject = isShortSha(name) ? await this.#peel(name, '') : undefined;
    if (byRef !== undefined && byObject !== undefined) {
      throw refNotFound(
        ref,
        'it is a ref and an abbreviated commit too',
        'write refs/heads/NAME or the full commit',
      );
    }
    const start = byRef ?? byObject;
    const commit = start === undefined ? undefined : await this.#peel(start, suffix);
    if (commit === undefined) throw refNotFound(ref, 'nothing has that name', 'list refs with git show-ref');
    return commit;
  }

  async diff(base: Sha, head: Sha): Promise<readonly FileChange[]> {
    const flags = ['-r', '-z', '--raw', '--numstat', '-M50%', '-l1000', '--no-abbrev', '--full-index'];
    const safety = ['--no-ext-diff', '--no-textconv', '--no-color', '--ignore-submodules=none'];
    const commits = [assertSha(base), assertSha(head)];
    const { stdout } = await this.#view.objects(['diff-tree', ...flags, ...safety, ...commits, '--']);
    const changes = parseDiff(stdout);
    const measured = changes.flatMap((change) => change.blob ?? []);
    const sizes = await blobSizes(this.#view, measured);
    let at = 0;
    return changes.map(({ blob, ...change }) => ({
      ...change,
      size: blob === undefined ? 0 : (sizes[at++] ?? 0),
    }));
  }

  async history(base: Sha | null, head: Sha): Promise<readonly GitCommit[]> {
    const format = ['--no-commit-header', '--format=%H%x00%T%x00%P%x00%ct%x00%B%x00', '--encoding=UTF-8'];
    const range = [assertSha(head), ...(base === null ? [] : [`^${assertSha(base)}`])];
    const args = ['rev-list', '--first-parent', '--reverse', ...format, ...range, '--'];
    const { stdout } = await this.#view.objects(args);
    const fields = stdout.toString().split('\0');
    const commits = [];
    for (let at = 0; at + 4 < fields.length; at += 5) {
      const [sha = '', tree = '', parents = '', seconds = '', message = ''] = fields.slice(at, at + 5);
      commits.push({
        sha: sha.trim(),
        tree,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        at: new Date(Number(seconds) * 1000),
        message,
      });
    }
    return commits;
  }

  async touches(head: Sha, paths: readonly string[], most: number): Promise<readonly Touch[]> {
    if (paths.length === 0) return [];
    // Two steps, so that the walk ends after `most` commits also where none of them touches a path.
    const format = ['--no-commit-header', '--format=%H%x00%ae%x00%ct'];
    const listed = await this.#view.objects(['rev-list', ...format, `-n${most}`, assertSha(head), '--']);
    const commits = new Map<Sha, Touch>();
    for (const line of listed.stdout.toString().split('\n')) {
      const [sha = '', author = '', at = ''] = line.split('\0');
      if (isSha(sha))
        commits.set(sha, { sha, author: author.toLowerCase(), at: new Date(Number(at) * 1000) });
    }
    const flags = ['--stdin', '--root', '-r', '--no-renames', '--no-ext-diff', '--no-textconv'];
    const stdin = [...commits.keys()].map((sha) => `${sha}\n`).join('');
    const args = ['diff-tree', ...flags, '--name-only', '-z', '--', ...paths];
    const touched = (await this.#view.objects(args, { stdin })).stdout.toString().split('\0');
    return touched.flatMap((part) => commits.get(part) ?? []);
  }

  moves(head: Sha, paths: readonly string[], most: number): Promise<readonly FileMove[]> {
    return movesOf(this.#view, head, paths, most);
  }

  async blame(head: Sha, path: string, lines: Parameters<LineHistory['blame']>[2]) {
    const content = await this.readFile(head, path);
    return blameOf(this.#view, { head, path, content }, lines);
  }

  async readFile(commit: Sha, path: string): Promise<Buffer | undefined> {
    assertSha(commit);
    if (pathDanger(path) !== undefined) return undefined;
    // What cannot be read of the rest of the tree says nothing of this file.
    const whole = await this.#memo.tree(commit).catch(() => undefined);
    const entries = whole ?? (await listTree(this.#view, commit, [path]));
    const entry = entries.find((found) => found.path === path && found.kind !== 'submodule');
    return entry === undefined ? undefined : this.#memo.blob(entry.oid);
  }

  async list(commit: Sha, under: string): Promise<readonly { path: string; kind: FileKind; size: number }[]> {
    assertSha(commit);
    const dir = under.replace(/\/+$/, '');
    if (under !== '' && pathDanger(dir) !== undefined) return [];
    const whole = dir === '' ? await this.#memo.tree(commit) : undefined;
    const entries = whole ?? (await listTree(this.#view, commit, dir === '' ? [] : [`${dir}/`]));
    return entries.map(({ path, kind, size }) => ({ path, kind, size }));
  }

  /** Exact names only: git's own guessing would let refs/tags/refs/heads/main answer for a missing branch. */
  async #refValue(name: string): Promise<string | undefined> {
    if (!isRefName(name)) return undefined;
    const exact = name === 'HEAD' || name.startsWith('refs/');
    const candidates = exact ? [name] : ['heads', 'tags', 'remotes'].map((kind) => `refs/${kind}/${name}`);
    for (const candidate of candidates) {
      const args = ['show-ref', '--verify', '--hash', '--', candidate];
      const { code, stdout } = await this.#view.refs(args, { accept: [1, 128] });
      if (code === 0) return stdout.toString().trim();
    }
    return undefined;
  }

  async #peel(object: string, suffix: string): Promise<Sha | undefined> {
    if (isSha(object))
      return (await this.#view.ask({ ask: 'info', object: `${object}${suffix}^{commit}` }))?.name;
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${object}${suffix}^{commit}`];
    const { code, stdout } = await this.#view.objects(args, { accept: [1, 128] });
    return code === 0 ? stdout.toString().trim() : undefined;
  }
}

function refNotFound(ref: string, why: string, mend: string): AutolandError {
  return new AutolandError(
    'ref.not-found',
    `expected a branch, tag or commit, found ${JSON.stringify(ref)}: ${why}`,
    {
      mend,
    },
  );
}
