import type { Sha } from '../../../domain/change.ts';
import { AutolandError } from '../../../domain/errors.ts';
import type { GitLander } from '../../../ports/git-host.ts';
import type { KeyRing } from '../../../ports/key-ring.ts';
import { commitText, type Identity, signatureNamespace, withSignature } from './commit-object.ts';
import type { GitView } from './git-view.ts';
import type { LocalGitInbox } from './inbox.ts';
import { assertSha, branchRef } from './names.ts';
import { assertObjects, isAncestor, writeCommit } from './objects.ts';
import { armoredSignature, signedData } from './ssh-signature.ts';
import { splitNul } from './tree-entries.ts';

type TreeResult = Awaited<ReturnType<GitLander['mergeTree']>>;

const lockAttempts = 2;
const scaffold = {
  author: { name: 'autoland', email: 'autoland@autoland.invalid' },
  at: new Date(0),
  trailers: [],
};

/** The only writer of protected branches. */
export class LocalGitLander implements GitLander {
  readonly #view: GitView;
  readonly #keyRing: KeyRing;
  readonly #bot: Identity;
  readonly #inbox: LocalGitInbox;

  constructor(view: GitView, signing: { keyRing: KeyRing; bot: Identity }, inbox: LocalGitInbox) {
    this.#view = view;
    this.#keyRing = signing.keyRing;
    this.#bot = signing.bot;
    this.#inbox = inbox;
  }

  async mergeTree(tip: Sha, head: Sha): Promise<TreeResult> {
    return this.#merge(assertSha(tip), assertSha(head));
  }

  /**
   * The three-way merge of `tip` and `commit`'s first parent with `commit` as their base, by way of three
   * commit objects that nothing refers to: `merge-tree --merge-base` needs git 2.40, these need 2.38.
   */
  async revertTree(tip: Sha, commit: Sha): Promise<TreeResult> {
    const [base, ours, theirs] = await this.#trees(assertSha(tip), assertSha(commit));
    const root = await this.#scaffold(base, []);
    return this.#merge(await this.#scaffold(ours, [root]), await this.#scaffold(theirs, [root]));
  }

  async makeCommit(input: Parameters<GitLander['makeCommit']>[0]): Promise<Sha> {
    const parents = input.parents.map((parent) => [assertSha(parent), 'commit'] as const);
    await assertObjects(this.#view, [[assertSha(input.tree), 'tree'], ...parents]);
    const text = commitText({ ...input, author: this.#bot });
    const key = await this.#keyRing.publicKey('lander');
    const signature = await this.#keyRing.sign('lander', signedData(Buffer.from(text), signatureNamespace));
    const armored = armoredSignature(key, signature, signatureNamespace);
    return writeCommit(this.#view, withSignature(text, armored, this.#view.location.objectFormat));
  }

  /**
   * Never forces: `to` MUST descend from `from` (`git.failed`).
   * Answers `moved` as well when the branch has since gone on from `to`: after a crash, what landed has landed.
   */
  async advance(branch: string, from: Sha, to: Sha): Promise<'moved' | 'lost'> {
    const ref = branchRef(branch);
    await this.#assertForward(assertSha(from), assertSha(to));
    for (let attempt = 1; ; attempt += 1) {
      const args = ['update-ref', '-m', 'autoland: land', ref, to, from];
      const { code, stderr } = await this.#view.refs(args, { accept: [1, 128] });
      if (code === 0) return 'moved';
      const found = await this.#valueOf(ref);
      if (found === undefined) return 'lost';
      if (found !== from) return (await isAncestor(this.#view, to, found)) ? 'moved' : 'lost';
      // Still at `from`, so the swap was never tried: another process holds the ref's lock.
      if (attempt === lockAttempts) throw cannotLock(ref, stderr);
    }
  }

  async point(ref: string, to: Sha): Promise<void> {
    await this.#inbox.point(ref, to);
  }

  async #merge(ours: Sha, theirs: Sha): Promise<TreeResult> {
    const args = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs];
    const { code, stdout } = await this.#view.objects(args, { accept: [1] });
    const [tree, ...paths] = splitNul(stdout).map((part) => part.toString());
    if (code === 0 && tree !== undefined) return { kind: 'clean', tree: assertSha(tree) };
    return { kind: 'conflict', paths: [...new Set(paths)] };
  }

  async #trees(tip: Sha, commit: Sha): Promise<[base: Sha, ours: Sha, theirs: Sha]> {
    const { stdout: parents } = await this.#view.objects(['rev-list', '--parents', '-n1', commit, '--']);
    const [, parent] = parents.toString().trim().split(' ');
    const theirs = parent === undefined ? this.#emptyTree() : this.#treeOf(parent);
    return [await this.#treeOf(commit), await this.#treeOf(tip), await theirs];
  }

  async #treeOf(commit: Sha): Promise<Sha> {
    const args = ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`];
    return (await this.#view.objects(args)).stdout.toString().trim();
  }

  async #emptyTree(): Promise<Sha> {
    const { stdout } = await this.#view.objects(['hash-object', '-t', 'tree', '-w', '--stdin']);
    return stdout.toString().trim();
  }

  #scaffold(tree: Sha, parents: readonly Sha[]): Promise<Sha> {
    return writeCommit(this.#view, commitText({ ...scaffold, tree, parents, message: 'revert' }));
  }

  async #assertForward(from: Sha, to: Sha): Promise<void> {
    if (from !== to && (await isAncestor(this.#view, from, to))) return;
    throw new AutolandError(
      'git.failed',
      `expected ${to} to descend from ${from}: a branch is never forced`,
      {
        mend: 'merge onto the tip of the branch again',
      },
    );
  }

  async #valueOf(ref: string): Promise<Sha | undefined> {
    const { code, stdout } = await this.#view.refs(['show-ref', '--verify', '--hash', '--', ref], {
      accept: [1, 128],
    });
    return code === 0 ? stdout.toString().trim() : undefined;
  }
}

function cannotLock(ref: string, said: string): AutolandError {
  return new AutolandError('git.failed', `cannot move ${ref}, which still stands where it should: ${said}`, {
    mend: `when no git process is running there, remove the stale lock file ${ref}.lock of the repository`,
  });
}
