import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileChange, FileKind, FileStatus, Sha } from '../domain/change.ts';
import { AutolandError } from '../domain/errors.ts';
import type {
  FileHistory,
  FileMove,
  FileMoves,
  GitCommit,
  GitInbox,
  GitLander,
  GitReader,
  LineHistory,
  Touch,
  TreeExporter,
} from '../ports/git-host.ts';

/** Files of a commit: text, bytes, a symbolic link's target, a submodule's commit, or (null) none any more. */
export type TestFiles = Readonly<
  Record<string, string | Buffer | { link: string } | { script: string } | { submodule: Sha } | null>
>;

type Leaf = { readonly path: string; readonly kind: FileKind; readonly oid: Sha; readonly size: number };

type Merged = Awaited<ReturnType<GitLander['mergeTree']>>;

/** A real repository in a temporary directory, read with plain git. For tests: it trusts what it reads. */
export class TempGit
  implements
    GitReader,
    FileHistory,
    FileMoves,
    LineHistory,
    TreeExporter,
    GitInbox,
    Pick<GitLander, 'mergeTree' | 'revertTree'>
{
  static readonly #answers = new Map<string, Buffer>();
  readonly dir = mkdtempSync(join(tmpdir(), 'autoland-test-git-'));

  constructor() {
    this.#git(['init', '-q', '-b', 'main', '--template=', '.']);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Commits on top of `onto` (absent: a new root) and points `branch` at it. */
  commit(branch: string, files: TestFiles, onto?: Sha): Sha {
    const ref = branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
    const message = `test ${branch}`;
    const head = `reset ${ref}\n${onto === undefined ? '' : `from ${onto}\n`}\ncommit ${ref}\nmark :1\n`;
    const who = `committer test <test@localhost> 1767225600 +0000\ndata ${message.length}\n${message}\n`;
    const parts: Uint8Array[] = [Buffer.from(head + who)];
    for (const [path, content] of Object.entries(files)) parts.push(...fileCommand(path, content));
    parts.push(Buffer.from('get-mark :1\n'));
    return this.#git(['fast-import', '--quiet', '--force', '--date-format=raw'], {
      input: Buffer.concat(parts),
    });
  }

  /** A merge commit of two commits without conflict, to which `branch` points. */
  merge(branch: string, first: Sha, second: Sha): Sha {
    const tree = this.#git(['merge-tree', '--write-tree', first, second]);
    const made = this.#git(['commit-tree', tree, '-p', first, '-p', second, '-m', 'test merge']);
    this.#git(['update-ref', `refs/heads/${branch}`, made]);
    return made;
  }

  async resolve(ref: string): Promise<Sha> {
    try {
      return this.#git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    } catch {
      throw new AutolandError('ref.not-found', `expected a commit named ${ref}, found none`);
    }
  }

  async diff(base: Sha, head: Sha): Promise<readonly FileChange[]> {
    const raw = this.#lines(['diff', '--raw', '-M', '--no-abbrev', base, head]);
    const stats = this.#lines(['diff', '--numstat', '-M', '--no-renames', base, head]);
    const counts = new Map(stats.map((line) => [line.split('\t')[2] ?? '', line.split('\t')]));
    const sizes = new Map(this.#leaves(head).map(({ path, size }) => [path, size]));
    return raw.map((line) => {
      const [meta = '', first = '', second] = line.slice(1).split('\t');
      const [oldMode = '', newMode = '', , , letter = ''] = meta.split(' ');
      const path = second ?? first;
      const status = statuses[letter[0] ?? ''] ?? 'modified';
      const [added = '0', removed = '0'] = counts.get(path) ?? [];
      return {
        path,
        ...(second === undefined ? {} : { oldPath: first }),
        status,
        kind: kinds[status === 'deleted' ? oldMode : newMode] ?? 'file',
        added: Number(added) || 0,
        removed: Number(removed) || 0,
        binary: added === '-',
        size: sizes.get(path) ?? 0,
      };
    });
  }

  async history(base: Sha | null, head: Sha): Promise<readonly GitCommit[]> {
    const range = base === null ? head : `${base}..${head}`;
    const format = '--format=%H%x01%T%x01%P%x01%ct%x01%B';
    return this.#fixed(['log', '-z', '--first-parent', '--reverse', format, range])
      .toString()
      .split('\0')
      .filter(Boolean)
      .map((record) => {
        const [sha = '', tree = '', parents = '', seconds = '', message = ''] = record.split('\u0001');
        const at = new Date(Number(seconds) * 1000);
        return { sha, tree, parents: parents.split(' ').filter(Boolean), at, message };
      });
  }

  async touches(head: Sha, paths: readonly string[], most: number): Promise<readonly Touch[]> {
    const log = this.#lines(['log', `-n${most}`, '--format=%H%x09%ae%x09%ct', head, '--', ...paths]);
    return log.map((line) => {
      const [sha = '', author = '', at = ''] = line.split('\t');
      return { sha, author, at: new Date(Number(at) * 1000) };
    });
  }

  async moves(head: Sha, paths: readonly string[], most: number): Promise<readonly FileMove[]> {
    return paths.flatMap((from) => {
      const found = this.#lines(['log', `-n${most}`, '--format=%H', '--diff-filter=D', head, '--', from])[0];
      if (found === undefined) return [];
      const shown = this.#lines(['show', '--format=', '-M70%', '--diff-filter=R', '--name-status', found]);
      const line = shown.map((each) => each.split('\t')).find(([, old]) => old === from);
      return [{ from, to: line?.[2] ?? null, commit: found }];
    });
  }

  async blame(head: Sha, path: string, { from, to }: { from: number; to: number }) {
    const rows = this.#lines(['blame', '--line-porcelain', '-L', `${from},${to}`, head, '--', path]);
    const shas = rows.flatMap((row) => /^([0-9a-f]{40}) \d+ (\d+)/.exec(row)?.slice(1) ?? []);
    const times = rows.flatMap((row) => /^committer-time (\d+)/.exec(row)?.[1] ?? []);
    return new Map(
      times.map((time, n) => [
        Number(shas[2 * n + 1]),
        { commit: shas[2 * n] ?? '', at: new Date(Number(time) * 1000) },
      ]),
    );
  }

  async readFile(commit: Sha, path: string): Promise<Buffer | undefined> {
    try {
      const leaf = this.#leaves(commit).find((one) => one.path === path);
      return leaf && this.#fixed(['cat-file', 'blob', leaf.oid]);
    } catch {
      return undefined;
    }
  }

  async list(commit: Sha, under: string): Promise<readonly { path: string; kind: FileKind; size: number }[]> {
    const below = under === '' ? '' : `${under}/`;
    const leaves = this.#leaves(commit).filter(({ path }) => path.startsWith(below));
    return leaves.map(({ path, kind, size }) => ({ path, kind, size }));
  }

  async exportTree(commit: Sha, dir: string): Promise<void> {
    mkdirSync(dir, { recursive: true });
    for (const { path, kind, oid } of this.#leaves(commit)) {
      const bytes = this.#fixed(['cat-file', 'blob', oid]);
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      if (kind === 'symlink') symlinkSync(bytes.toString(), join(dir, path));
      else writeFileSync(join(dir, path), bytes, { mode: kind === 'executable' ? 0o755 : 0o644 });
    }
  }

  async propose(input: Parameters<GitInbox['propose']>[0]): Promise<Sha> {
    const { ref, base, files, executable } = input;
    const contents = [...files].map(([path, bytes]) =>
      bytes !== null && executable?.get(path) === true
        ? [path, { script: bytes.toString('utf8') }]
        : [path, bytes],
    );
    if (ref?.startsWith('refs/heads/autoland/') === false) throw new Error(`not an inbox ref: ${ref}`);
    const made = this.commit(ref ?? 'refs/heads/autoland/nobody', Object.fromEntries(contents), base);
    if (ref === null) this.#git(['update-ref', '-d', 'refs/heads/autoland/nobody']);
    return made;
  }

  async mergeTree(tip: Sha, head: Sha): Promise<Merged> {
    return this.#merge(['merge-tree', '--write-tree', '--name-only', tip, head]);
  }

  async revertTree(tip: Sha, commit: Sha): Promise<Merged> {
    // Undoing = merging the parent's tree into the tip with the undone commit as the base.
    const parent = this.#git(['rev-parse', `${commit}^1`]);
    const tree = this.#git(['rev-parse', `${parent}^{tree}`]);
    const undo = this.#git(['commit-tree', tree, '-p', commit, '-m', 'undo']);
    return this.#merge(['merge-tree', '--write-tree', '--name-only', tip, undo]);
  }

  #merge(args: readonly string[]): Merged {
    try {
      return { kind: 'clean', tree: this.#git(args) };
    } catch (error) {
      const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
      return { kind: 'conflict', paths: output.split('\n\n')[0]?.split('\n').slice(1) ?? [] };
    }
  }

  /** Named by what they hold, so that a test reads nothing again that one before it has read: each process costs milliseconds. */
  #leaves(commit: Sha): readonly Leaf[] {
    const rows = this.#fixed(['ls-tree', '-r', '-l', '-z', '--full-tree', commit]).toString().split('\0');
    return rows.filter(Boolean).map((row) => {
      const [meta = '', path = ''] = row.split('\t');
      const [mode = '', , oid = '', size = ''] = meta.split(/ +/);
      return { path, kind: kinds[mode] ?? 'file', oid, size: Number(size) || 0 };
    });
  }

  #lines(args: readonly string[]): readonly string[] {
    return this.#fixed(args).toString().split('\n').filter(Boolean);
  }

  /** What names its objects by their digests has one answer, in whichever repository of this process they are. */
  #fixed(args: readonly string[]): Buffer {
    const name = args.join('\0');
    const known = TempGit.#answers.get(name) ?? this.#bytes(args);
    if (known.length < 1024 * 1024) TempGit.#answers.set(name, known);
    return known;
  }

  #git(
    args: readonly string[],
    options: { env?: Record<string, string>; input?: string | Buffer } = {},
  ): string {
    return this.#bytes(args, options).toString('utf8').trimEnd();
  }

  #bytes(
    args: readonly string[],
    options: { env?: Record<string, string>; input?: string | Buffer } = {},
  ): Buffer {
    return execFileSync('git', ['-c', 'core.quotePath=false', ...args], {
      cwd: this.dir,
      env: { PATH: process.env.PATH, ...identity, ...options.env },
      ...(options.input === undefined ? {} : { input: options.input }),
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 256 * 1024 * 1024,
    });
  }
}

/** https://git-scm.com/docs/git-fast-import */
function fileCommand(path: string, content: TestFiles[string]): Buffer[] {
  const name = JSON.stringify(path);
  if (content === null || content === undefined) return [Buffer.from(`D ${name}\n`)];
  const plain = typeof content === 'string' || Buffer.isBuffer(content);
  if (!plain && 'submodule' in content) return [Buffer.from(`M 160000 ${content.submodule} ${name}\n`)];
  const bytes = Buffer.from(plain ? content : 'link' in content ? content.link : content.script);
  const mode = plain ? '100644' : 'link' in content ? '120000' : '100755';
  return [Buffer.from(`M ${mode} inline ${name}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n')];
}

const identity = {
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'test',
  GIT_AUTHOR_EMAIL: 'test@localhost',
  GIT_COMMITTER_NAME: 'test',
  GIT_COMMITTER_EMAIL: 'test@localhost',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};
const statuses: Readonly<Record<string, FileStatus>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  T: 'type-changed',
};
const kinds: Readonly<Record<string, FileKind>> = {
  '100644': 'file',
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
};
