import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runGit } from '../../adapters/git-host/local/run-git.ts';

const author = { GIT_AUTHOR_NAME: 'autoland', GIT_AUTHOR_EMAIL: 'bot@autoland.invalid' };
const committer = { GIT_COMMITTER_NAME: 'autoland', GIT_COMMITTER_EMAIL: 'bot@autoland.invalid' };

/** A bare repository at `bare` whose branch `main` holds the files of `source`, without any node_modules. */
export async function makeRepository(source: string, bare: string, title: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), `autoland-import-${process.pid}-`));
  try {
    const tree = join(scratch, 'tree');
    await cp(source, tree, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
    await runGit({ args: ['init', '--quiet', '--bare', '--initial-branch=main', bare], cwd: scratch });
    const env = { GIT_DIR: bare, GIT_WORK_TREE: tree, ...author, ...committer };
    await runGit({ args: ['add', '--all', '--force', '.'], cwd: tree, env });
    await runGit({ args: ['commit', '--quiet', '--no-verify', '-m', title], cwd: tree, env });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
