import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInHouseRegistry } from '../../src/demo/in-house-registry/server.ts';
import { loadStory } from '../../src/demo/story.ts';

/**
 * Runs the service in a temporary folder, with the in-house registry beside it. `lock` as the argument writes the
 * service's lockfile anew instead; any other arguments are a command to run there, such as `npm test`.
 */
const story = await loadStory(import.meta.dirname);
const registry = await startInHouseRegistry(story);
const folder = await mkdtemp(join(tmpdir(), 'storefront-'));
const env = {
  ...process.env,
  [`npm_config_${story.scope}:registry`]: registry.url,
  npm_config_ignore_scripts: 'true',
  npm_config_omit_lockfile_registry_resolved: 'true',
  npm_config_before: story.registryAsOf,
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};
try {
  const filter = (path: string): boolean => !path.includes('node_modules');
  await cp(story.serviceDir, folder, { recursive: true, filter });
  const [file = process.execPath, ...args] = process.argv.slice(2);
  process.exitCode = file === 'lock' ? await lock() : await installAndRun(file, args);
} finally {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
}

async function lock(): Promise<number> {
  await rm(join(folder, 'package-lock.json'), { force: true });
  const code = await run('npm', ['install', '--package-lock-only']);
  const file = 'package-lock.json';
  if (code === 0) await cp(join(folder, file), join(story.serviceDir, file));
  return code;
}

async function installAndRun(file: string, args: readonly string[]): Promise<number> {
  const installed = await run('npm', ['ci']);
  if (installed !== 0) return installed;
  return run(file, process.argv.length > 2 ? args : ['src/server.js']);
}

async function run(file: string, args: readonly string[]): Promise<number> {
  const child = spawn(file, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = (): unknown => child.kill('SIGTERM');
  process.on('SIGINT', end).on('SIGTERM', end);
  const [code] = await once(child, 'exit');
  process.off('SIGINT', end).off('SIGTERM', end);
  return typeof code === 'number' ? code : 1;
}
