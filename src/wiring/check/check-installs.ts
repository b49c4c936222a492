import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangeReader } from '../../adapters/git-host/local/change-reader.ts';
import { loadNpmSettings } from '../../adapters/registry/npm-settings.ts';
import { Packuments } from '../../adapters/registry/packuments.ts';
import { RegistryProxy } from '../../adapters/registry/registry-proxy.ts';
import type { BubblewrapSandbox } from '../../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { installEarly } from '../../adapters/test-runner/early-install.ts';
import { projectJobs } from '../../adapters/test-runner/project-commands.ts';
import { landedDigests } from '../landed-digests.ts';
import { stateFiles } from '../place/place.ts';
import { checkCacheIn } from './check-cache.ts';
import type { RangeEnds } from './check-range.ts';
import type { CheckRules } from './check-rules.ts';

export type InstallsOfCheck = {
  readonly state: string;
  readonly sandbox: BubblewrapSandbox;
  readonly git: ChangeReader;
  readonly ends: RangeEnds;
  readonly rules: CheckRules;
  readonly cache: string | undefined;
};

export type OpenInstalls = Awaited<ReturnType<typeof openInstalls>>;

/**
 * What runs the project's commands, and the registry that they may reach; to be closed. The base's install begins at once, before what
 * judges it is loaded, unless `signal` says that there is nothing to check.
 */
export async function openInstalls(check: InstallsOfCheck, signal: AbortSignal) {
  const { state, sandbox, git, ends, rules, cache } = check;
  const files = stateFiles(state);
  const kept = cache === undefined ? undefined : checkCacheIn(cache);
  const settings = await loadNpmSettings({ env: process.env });
  const { before: date } = rules.settings.registry;
  const before = () => (date === null ? undefined : new Date(date));
  const owner = sandbox.owner();
  const packuments = new Packuments({ settings, before });
  const socket = join(files.run, 'registry.sock');
  const cacheDir = kept?.tarballs ?? join(files.cache, 'tarballs');
  const landed = landedDigests(git.reader, ends.base);
  const proxy = new RegistryProxy({ socket, settings, before, packuments, owner, cacheDir, landed });
  await proxy.start();
  const workspace = join(files.work, 'jobs');
  await mkdir(workspace, { mode: 0o711 });
  const installs = kept && { installs: kept.installs };
  const tarball = proxy.tarball.bind(proxy);
  const options = { sandbox, workspace, nodeVersion: process.version, lends: true, tarball, owner };
  const jobs = projectJobs({ git: git.exporter, ...options, ...installs });
  const { install, test } = rules.settings.commands;
  // Without tests it may never be needed, and would be waited for at the end.
  const wanted = test === null ? null : install;
  const begins = sandbox.nextJob();
  const early = installEarly({ ...jobs, git: git.reader }, ends.base, wanted, signal).catch(() => undefined);
  /** Once the base's install runs, or need not. */
  const installing = Promise.race([begins, early]);
  return {
    files,
    kept,
    settings,
    packuments,
    jobs,
    installing,
    installed: early,
    nextJob: () => sandbox.nextJob(),
    close: () => early.then(() => proxy.close()),
  };
}
