import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownEnding } from '../../own-ending.ts';
import type { Settings } from './inside/settings.ts';
import { type KitFile, strippedKit } from './stripped-kit.ts';

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
  // Built, they are as `kitFiles` tells them.
  if (ownEnding === 'js') await cp(inside, directory, { recursive: true });
  else await writeKitFiles(directory);
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
  if (settings !== undefined) await writeKitSettings(directory, settings);
}

/** For the processes that start from now on. */
export function writeKitSettings(directory: string, settings: Settings): Promise<void> {
  return writeFile(join(directory, 'settings.json'), JSON.stringify(settings));
}

/** Writes what is preloaded, as a built package has it, without settings. */
export async function writeKitFiles(directory: string): Promise<void> {
  for (const { path, text } of await kitFiles()) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}

/**
 * Plain JavaScript: each of the project's processes would otherwise first start the machinery that takes the types out, and
 * older ones warn of it.
 */
function kitFiles(): Promise<readonly KitFile[]> {
  stripped ??= strippedKit({ source: inside, entries }).catch((thrown: unknown) => {
    stripped = undefined;
    throw thrown;
  });
  return stripped;
}

// Loaded by every process; the others by few.
const entries = [kitEntry, sampleEntry];

// Of this program's own sources, which stay as they are while it runs.
let stripped: Promise<readonly KitFile[]> | undefined;
