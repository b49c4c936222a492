import { runOrThrow } from './run-command.ts';

const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'commit.gpgSign=false'];

/** Rejects unless it ends with 0. */
export async function git(repo: string, ...args: readonly string[]): Promise<void> {
  await runOrThrow(['git', ...who, ...args], { cwd: repo, seconds: 60 });
}

export async function commitAll(repo: string, message: string): Promise<void> {
  await git(repo, 'add', '--all');
  await git(repo, 'commit', '--quiet', '--message', message);
}
