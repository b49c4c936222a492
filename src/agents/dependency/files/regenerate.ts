import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import type { Sandbox } from '../../../ports/sandbox.ts';

const inside = '/work';
const maxBytes = 32 * 1024 * 1024;

export type Regenerate = {
  readonly sandbox: Pick<Sandbox, 'run'>;
  /** An existing directory that the sandbox can mount from. */
  readonly workspace: string;
};

/** Texts by path: the package.json files of root and workspaces, and the lockfile. Nothing else of the repository is there. */
export type ManifestTree = ReadonlyMap<string, string>;

/**
 * Lets npm write the lockfile anew: first with every changed range at exactly the wanted version, so that npm takes that one
 * and no newer, then with the ranges as they will stand. Rejects with `sandbox.failed` and npm's own words.
 */
export async function regenerateLock(
  deps: Regenerate,
  start: ManifestTree,
  steps: readonly ReadonlyMap<string, string>[],
  before: Date,
): Promise<string> {
  const dir = await mkdtemp(join(deps.workspace, 'lock-'));
  try {
    for (const [path, text] of start) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
    for (const step of steps) {
      for (const [path, text] of step) await replaceFile(join(dir, path), text);
      await runNpm(deps.sandbox, dir, before);
    }
    return await readOutput(join(dir, 'package-lock.json'));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const command = [
  'npm',
  'install',
  '--package-lock-only',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
] as const;

async function runNpm(sandbox: Regenerate['sandbox'], dir: string, before: Date): Promise<void> {
  // Registries that serve no times make npm find no version at all with --before; the caller checks every age again.
  const attempts = [[`--before=${before.toISOString()}`], []];
  let problem = '';
  for (const extra of attempts) {
    const result = await sandbox.run({
      argv: [...command, ...extra],
      cwd: inside,
      env: { NO_COLOR: '1', CI: '1', npm_config_update_notifier: 'false', npm_config_ignore_scripts: 'true' },
      mounts: [{ source: dir, target: inside, mode: 'write' }],
      network: 'registry',
      limits: { seconds: 300, memoryMiB: 2048, processes: 128, diskMiB: 512, outputKiB: 64 },
    });
    if (result.kind === 'exited' && result.code === 0) return;
    const why =
      result.kind === 'limit' ? `went over its limit of ${result.limit}` : `exited with ${result.code}`;
    problem = `npm ${why}: ${(result.stderr || result.stdout).trim().slice(-1500)}`;
    if (!/\b(?:ETARGET|ENOVERSIONS)\b/.test(result.stderr)) break;
  }
  throw new AutolandError('sandbox.failed', `Expected npm to regenerate the lockfile; ${problem}`, {
    mend: 'run the same npm command on the branch to see it for yourself',
  });
}

/** DANGER: a job may have left a link where a file was; neither reading nor writing may follow it. */
async function replaceFile(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { flag: 'wx' });
}

async function readOutput(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > maxBytes) {
      throw new AutolandError(
        'lockfile.invalid',
        'Expected the regenerated lockfile to be a file of at most 32 MiB.',
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
