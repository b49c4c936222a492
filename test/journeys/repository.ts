import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of a commit; null: none any more. */
export type Files = Readonly<Record<string, string | null>>;

const who = { NAME: 'A Person', EMAIL: 'person@localhost' };
const identity = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((role) =>
    Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value]),
  ),
);

/** A bare repository as people push to it. */
export class BareRepository {
  readonly dir: string;

  constructor(dir: string, files: Files) {
    this.dir = dir;
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', dir]);
    this.push('main', files, null);
  }

  /** Commits `files` on top of `onto` (default: the tip of main; null: nothing) and moves `branch` there. */
  push(branch: string, files: Files, onto: string | null = this.tip()): string {
    const scratch = mkdtempSync(join(tmpdir(), 'autoland-index-'));
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    try {
      if (onto !== null) this.git(['read-tree', onto], { env });
      for (const [path, text] of Object.entries(files)) this.#stage(path, text, env);
      const tree = this.git(['write-tree'], { env });
      const parents = onto === null ? [] : ['-p', onto];
      const commit = this.git([
        'commit-tree',
        tree,
        ...parents,
        '-m',
        `Change ${Object.keys(files).join(', ')}`,
      ]);
      this.git(['update-ref', `refs/heads/${branch}`, commit]);
      return commit;
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  #stage(path: string, text: string | null, env: Record<string, string>): void {
    if (text === null) {
      this.git(['update-index', '--index-info'], { env, input: `0 ${'0'.repeat(40)}\t${path}\n` });
      return;
    }
    const blob = this.git(['hash-object', '-w', '--stdin'], { input: text });
    this.git(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { env });
  }

  tip(ref = 'main'): string {
    return this.git(['rev-parse', `${ref}^{commit}`]);
  }

  show(ref: string, path: string): string {
    return this.git(['show', `${ref}:${path}`]);
  }

  git(args: readonly string[], options: { env?: Record<string, string>; input?: string } = {}): string {
    return execFileSync('git', ['--git-dir', this.dir, ...args], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...identity, ...options.env },
      ...(options.input === undefined ? {} : { input: options.input }),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    }).trimEnd();
  }
}
