import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha } from '../../domain/change.ts';
import type { GitReader } from '../../ports/git-host.ts';
import type { Argv } from '../../ports/test-runner.ts';
import { removeTree } from '../remove-tree.ts';
import { isInstallInput } from './installs.ts';
import type { ProjectCommands } from './project-commands.ts';

export type EarlyInstall = {
  readonly git: Pick<GitReader, 'list' | 'readFile'>;
  readonly workspace: string;
  readonly commands: Pick<ProjectCommands, 'keeper'>;
};

/**
 * Has a commit's install made of its manifests and lockfile alone, before its tree is there: whoever needs it finds it there, or under
 * way. Its faults are met by whoever needs it. Once it has begun it goes on, whatever `signal` says.
 */
export async function installEarly(
  { git, workspace, commands }: EarlyInstall,
  commit: Sha,
  argv: Argv | null,
  signal: AbortSignal,
): Promise<void> {
  const keep = commands.keeper(argv);
  if (keep === undefined) return;
  const place = await mkdtemp(join(workspace, 'early-'));
  try {
    if ((await writeInputs(git, commit, place)) && !signal.aborted) await keep(place);
  } finally {
    await removeTree(place);
  }
}

/** Answers false where one of them cannot be read: what is made of the others is another install. */
async function writeInputs(git: EarlyInstall['git'], commit: Sha, place: string): Promise<boolean> {
  for (const { path, kind } of await git.list(commit, '')) {
    if (!isInstallInput(path) || (kind !== 'file' && kind !== 'executable')) continue;
    // DANGER: a crafted tree may name a path that leads out of the place; of such a one there is nothing to read.
    const text = await git.readFile(commit, path);
    if (text === undefined) return false;
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), text);
  }
  return true;
}
