import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileKind, Sha } from '../../domain/change.ts';
import { byText } from '../../domain/npm/order.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type {
  Draft,
  Searched,
  SearchWish,
  TestsRun,
  Workbench,
  WorkbenchCommands,
} from '../../ports/workbench.ts';
import { assertSafePath } from '../git-host/local/safe-path.ts';
import { removeTree } from '../remove-tree.ts';
import { lookAtOutput } from '../sandbox/read-output-file.ts';
import { isGreen, tailOf } from '../test-runner/job-result.ts';
import type { ProjectJobs } from '../test-runner/project-commands.ts';
import { searchTexts } from './search/search.ts';

const most = { file: 2 * 1024 * 1024, searched: 48 * 1024 * 1024 };

export type WorkbenchParts = {
  readonly git: Pick<GitReader, 'list'>;
  readonly jobs: ProjectJobs;
  readonly commit: Sha;
  readonly commands: WorkbenchCommands;
  /** A pattern is given up after this long; default: 5 s. */
  readonly searchMs?: number;
};

/**
 * The commit's tree, in which nothing ever runs: tests get one of their own, with the draft written over it before anything of the project
 * has run there. So what is read is what the commit holds, and what is handed in is what the tools wrote.
 */
export class TreeWorkbench implements Workbench, AsyncDisposable {
  readonly #parts: WorkbenchParts;
  readonly #job: string;
  #files: ReadonlyMap<string, FileKind> | undefined;

  private constructor(parts: WorkbenchParts, job: string) {
    this.#parts = parts;
    this.#job = job;
  }

  static async open(parts: WorkbenchParts): Promise<TreeWorkbench> {
    const { git, workspace } = parts.jobs;
    const job = await mkdtemp(join(workspace, 'task-'));
    await git.exportTree(parts.commit, join(job, 'tree'));
    return new TreeWorkbench(parts, job);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeTree(this.#job);
  }

  async files(): Promise<ReadonlyMap<string, FileKind>> {
    if (this.#files === undefined) {
      const listed = await this.#parts.git.list(this.#parts.commit, '');
      this.#files = new Map(listed.map(({ path, kind }) => [path, kind]));
    }
    return this.#files;
  }

  async read(path: string): Promise<Buffer | undefined> {
    const kind = (await this.files()).get(path);
    if (kind !== 'file' && kind !== 'executable') return undefined;
    const look = await lookAtOutput(join(this.#job, 'tree'), path, most.file);
    return look?.kind === 'file' ? look.bytes : undefined;
  }

  async search(wish: SearchWish, draft: Draft): Promise<Searched> {
    const texts: { path: string; text: string }[] = [];
    let size = 0;
    const paths = new Set([...(await this.files()).keys(), ...draft.keys()]);
    for (const path of [...paths].filter((one) => one.startsWith(wish.under)).sort(byText)) {
      const text = draft.get(path) ?? (await this.read(path))?.toString('utf8');
      if (text === undefined || text.includes('\0')) continue;
      size += text.length;
      if (size > most.searched)
        return { kind: 'refused', why: 'has too much to look through: say under what' };
      texts.push({ path, text });
    }
    return searchTexts(wish, texts, this.#parts.searchMs);
  }

  async test(draft: Draft): Promise<TestsRun> {
    const { jobs, commit, commands } = this.#parts;
    const job = await mkdtemp(join(jobs.workspace, 'task-'));
    const tree = join(job, 'tree');
    try {
      // The sandbox's own user passes through it to what is mounted, and cannot list it.
      await chmod(job, 0o711);
      await jobs.git.exportTree(commit, tree);
      await writeDraft(tree, draft);
      const failed = await jobs.commands.prepare(commands, tree);
      if (failed !== undefined) return { kind: 'not-built', tail: tailOf(failed.result) };
      const { test, testSeconds: seconds } = commands;
      const result = await jobs.commands.run(test, tree, { phase: 'test', seconds });
      const kind = result.kind === 'limit' ? 'limit' : isGreen(result) ? 'green' : 'red';
      return { kind, tail: tailOf(result) };
    } finally {
      await jobs.commands.release(tree);
      await removeTree(job);
    }
  }
}

/** Nothing has run here, and no path of a draft leads through a link of the commit: its files are no directories. */
async function writeDraft(tree: string, draft: Draft): Promise<void> {
  for (const [path, text] of draft) {
    const place = join(tree, assertSafePath(path));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, text);
  }
}
