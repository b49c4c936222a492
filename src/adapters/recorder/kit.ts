import { execFile } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Settings } from './inside/settings.ts';

/** What is preloaded: `NODE_OPTIONS=--import=DIRECTORY/main.js`. */
export const kitEntry = 'main.js';

const inside = fileURLToPath(new URL('./inside', import.meta.url));

/** What a service preloads to record its calls: `--import=DIRECTORY/sample.js`. */
export const sampleEntry = 'sample.js';

/**
 * Writes what is preloaded into a project's processes to `directory`, which they must be able to read. Without settings: for
 * a service, whose environment has them.
 */
export async function writeKit(directory: string, settings?: Settings): Promise<void> {
  await mkdir(directory, { recursive: true });
  if (import.meta.url.endsWith('.ts')) await strip(directory);
  else await cp(inside, directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
  if (settings !== undefined) await writeKitSettings(directory, settings);
}

/** For the processes that start from now on. */
export function writeKitSettings(directory: string, settings: Settings): Promise<void> {
  return writeFile(join(directory, 'settings.json'), JSON.stringify(settings));
}

/**
 * Plain JavaScript: each of the project's processes would otherwise first start the machinery that takes the types out, and
 * older ones warn of it. Done in a child, because there Node's own warning of it can be switched off.
 */
async function strip(directory: string): Promise<void> {
  const script = fileURLToPath(new URL('./kit-child.ts', import.meta.url));
  const args = ['--disable-warning=ExperimentalWarning', script, inside, directory];
  await promisify(execFile)(process.execPath, args, { env: {}, timeout: 60_000 });
}
