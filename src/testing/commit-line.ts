import { type LocalGitHost, openGitHost } from '../adapters/git-host/local/local-git-host.ts';
import { bot, TestRepository } from '../adapters/git-host/local/test-repository.ts';
import type { Sha } from '../domain/change.ts';
import { MemoryKeyRing } from './memory-keys.ts';

/** A branch `main` of so many commits, oldest first, of which each adds a file `f0`, `f1`, … */
export class CommitLine {
  readonly repository: TestRepository;
  readonly git: LocalGitHost;
  readonly commits: readonly Sha[];

  private constructor(repository: TestRepository, git: LocalGitHost, commits: readonly Sha[]) {
    this.repository = repository;
    this.git = git;
    this.commits = commits;
  }

  static async open(count: number): Promise<CommitLine> {
    const repository = new TestRepository();
    const git = await openGitHost({ dir: repository.dir, keyRing: new MemoryKeyRing(), bot });
    const made: Sha[] = [];
    for (let n = 0; n < count; n += 1) {
      const seeded = repository.seed([{ path: `f${n}`, mode: '100644', content: `${n}\n` }]);
      // Its index keeps what was seeded before.
      const tree = repository.git(['rev-parse', `${seeded}^{tree}`]);
      made.push(repository.commit(tree, made.slice(-1), `commit ${n}`));
    }
    repository.git(['update-ref', 'refs/heads/main', made.at(-1) ?? '']);
    return new CommitLine(repository, git, made);
  }

  async close(): Promise<void> {
    await this.git.close();
    this.repository.remove();
  }
}
