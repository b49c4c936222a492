import type { Sha } from '../../../domain/change.ts';
import type { GitInbox } from '../../../ports/git-host.ts';
import { writeBlob } from './blobs.ts';
import { commitText, type Identity } from './commit-object.ts';
import type { GitView } from './git-view.ts';
import { assertInboxRef, assertSha } from './names.ts';
import { writeCommit } from './objects.ts';
import { assertSafePath } from './safe-path.ts';
import { kindOfMode, splitNul } from './tree-entries.ts';

const agent: Identity = { name: 'autoland agent', email: 'agent@autoland.invalid' };

/** Takes proposals in, as unsigned commits on refs of their own. */
export class LocalGitInbox implements GitInbox {
  readonly #view: GitView;

  constructor(view: GitView) {
    this.#view = view;
  }

  async propose(input: Parameters<GitInbox['propose']>[0]): Promise<Sha> {
    const ref = input.ref === null ? null : assertInboxRef(input.ref);
    const base = assertSha(input.base);
    const tree = await this.#writeTree(base, input);
    const commit = await writeCommit(
      this.#view,
      commitText({
        tree,
        parents: [base],
        author: agent,
        at: input.at,
        message: input.message,
        trailers: [],
      }),
    );
    if (ref !== null) await this.point(ref, commit);
    return commit;
  }

  async point(ref: string, to: Sha): Promise<void> {
    await this.#view.refs(['update-ref', '--no-deref', assertInboxRef(ref), assertSha(to)]);
  }

  /** Removals first, so that a file may give way to a directory of its name within one proposal. */
  async #writeTree(base: Sha, { files, executable }: Parameters<GitInbox['propose']>[0]): Promise<Sha> {
    const executables = await this.#executables(base);
    const isProgram = (path: string) => executable?.get(path) ?? executables.has(path);
    const removed: string[] = [];
    const written: string[] = [];
    for (const [path, bytes] of files) {
      assertSafePath(path);
      if (bytes === null) removed.push(`0 ${'0'.repeat(base.length)}\t${path}\0`);
      else
        written.push(
          `${isProgram(path) ? '100755' : '100644'} ${await writeBlob(this.#view, bytes)}\t${path}\0`,
        );
    }
    return this.#view.withIndex(async (env) => {
      await this.#view.objects(['read-tree', base], { env });
      const stdin = [...removed, ...written].join('');
      await this.#view.objects(['update-index', '-z', '--index-info'], { env, stdin });
      return (await this.#view.objects(['write-tree'], { env })).stdout.toString().trim();
    });
  }

  /** A replaced file stays executable unless it is said otherwise; a replaced symbolic link becomes a plain file. */
  async #executables(base: Sha): Promise<ReadonlySet<string>> {
    const { stdout } = await this.#view.objects(['ls-tree', '-r', '-z', '--full-tree', base]);
    const records = splitNul(stdout).map((record) => record.toString());
    const found = records.filter((record) => kindOfMode(record.slice(0, 6)) === 'executable');
    return new Set(found.map((record) => record.slice(record.indexOf('\t') + 1)));
  }
}
