import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type { FileHistory, GitLander, GitReader, TreeExporter } from '../../../ports/git-host.ts';
import { defaultExportLimits } from './export-plan.ts';
import { LocalTreeExporter } from './exporter.ts';
import { GitView } from './git-view.ts';
import { assertSha } from './names.ts';
import { isAncestor } from './objects.ts';
import { ReadMemo } from './read-memo.ts';
import { LocalGitReader } from './reader.ts';
import { locateRepository } from './repository.ts';
import { runGit } from './run-git.ts';
import { splitNul } from './tree-entries.ts';

type Merged = Awaited<ReturnType<GitLander['mergeTree']>>;

export type ChangeReader = {
  readonly reader: GitReader & FileHistory;
  readonly exporter: TreeExporter;
  /** The tree that would land: `head`'s own where it descends from `tip`. */
  mergeTree(tip: Sha, head: Sha): Promise<Merged>;
  /** undefined: the two have no commit in common. */
  mergeBase(one: Sha, other: Sha): Promise<Sha | undefined>;
  /** What the work tree has besides the commit; a bare repository has nothing. */
  uncommitted(head: Sha): Promise<Uncommitted>;
  /** Its top directory; undefined: the repository is bare. */
  workTree(): Promise<string | undefined>;
  /** History ends early here, as in a shallow clone. */
  readonly isCut: boolean;
  close(): Promise<void>;
};

/** `changed`: tracked files differ. `untracked`: there are files that are neither tracked nor ignored. */
export type Uncommitted = { readonly changed: boolean; readonly untracked: boolean };

/** Reads any repository, and writes nothing into it: the objects of a merge go below `scratch`, which MUST exist. */
export async function openChangeReader(dir: string, scratch: string): Promise<ChangeReader> {
  const location = await locateRepository(dir);
  const objectsDir = join(scratch, 'objects');
  await mkdir(join(objectsDir, 'info'), { recursive: true });
  await writeFile(join(objectsDir, 'info', 'alternates'), `${location.objectsDir}\n`);
  const cuts = await readFile(join(dirname(location.objectsDir), 'shallow')).catch(() => undefined);
  const options = { scratchIn: scratch, ...(cuts && { cuts }) };
  const view = await GitView.open({ ...location, objectsDir }, options);
  const memo = ReadMemo.of(view);
  return {
    reader: new LocalGitReader(view, memo),
    exporter: new LocalTreeExporter(view, defaultExportLimits, memo),
    mergeTree: (tip, head) => mergeTree(view, assertSha(tip), assertSha(head)),
    mergeBase: (one, other) => mergeBase(view, assertSha(one), assertSha(other)),
    uncommitted: async (head) =>
      location.bare ? { changed: false, untracked: false } : uncommitted(view, dir, assertSha(head)),
    workTree: async () => (location.bare ? undefined : topOf(dir)),
    isCut: cuts !== undefined,
    close: () => view.close(),
  };
}

async function mergeTree(view: GitView, tip: Sha, head: Sha): Promise<Merged> {
  if (await isAncestor(view, tip, head)) return { kind: 'clean', tree: await treeOf(view, head) };
  const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', tip, head];
  const { code, stdout } = await view.objects(args, { accept: [1] });
  const [tree, ...paths] = splitNul(stdout).map((part) => part.toString());
  if (code === 0 && tree !== undefined) return { kind: 'clean', tree: assertSha(tree) };
  return { kind: 'conflict', paths: [...new Set(paths)] };
}

async function treeOf(view: GitView, commit: Sha): Promise<Sha> {
  const tree = (await view.ask({ ask: 'info', object: `${commit}^{tree}` }))?.name;
  if (tree !== undefined) return assertSha(tree);
  throw new AutolandError('git.failed', `expected a commit ${commit}, found none`);
}

async function mergeBase(view: GitView, one: Sha, other: Sha): Promise<Sha | undefined> {
  const { code, stdout } = await view.objects(['merge-base', one, other], { accept: [1] });
  return code === 0 ? stdout.toString().trim() : undefined;
}

/** A courtesy, so a work tree of any size costs seconds only. */
const lookingLimits = { timeoutMs: 10_000, outputBytes: 64 * 1024 * 1024 };

/** Without the repository's configuration, so that no filter that it names is run. */
async function uncommitted(view: GitView, dir: string, head: Sha): Promise<Uncommitted> {
  const top = await topOf(dir);
  const env = { GIT_WORK_TREE: top, GIT_INDEX_FILE: join(view.location.gitDir, 'index') };
  const says = async (...asked: readonly string[]) => {
    const { stdout } = await view.objects(asked, { env, cwd: top, limits: lookingLimits });
    return stdout.length > 0;
  };
  const flags = ['--no-ext-diff', '--no-textconv', '--ignore-submodules=all', '--name-only', '-z'];
  const others = ['--others', '--directory', '--no-empty-directory', '-z'];
  const ignored = ['--exclude-per-directory=.gitignore', ...(await excludesOf(dir))];
  return {
    changed: await says('diff', ...flags, head, '--'),
    untracked: await says('ls-files', ...others, ...ignored, '--'),
  };
}

async function topOf(dir: string): Promise<string> {
  const args = ['-c', 'safe.directory=*', 'rev-parse', '--show-toplevel'];
  return (await runGit({ args, cwd: dir })).stdout.toString().replace(/\n$/, '');
}

async function excludesOf(dir: string): Promise<readonly string[]> {
  const args = [
    '-c',
    'safe.directory=*',
    'rev-parse',
    '--path-format=absolute',
    '--git-path',
    'info/exclude',
  ];
  const file = (await runGit({ args, cwd: dir })).stdout.toString().replace(/\n$/, '');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  return isThere ? [`--exclude-from=${file}`] : [];
}
