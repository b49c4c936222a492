import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from './inside/settings.ts';

/** To be preloaded; its place is a directory that the processes can read. */
export const kitEntry = 'main.js';

/**
 * Writes what is preloaded into a project's processes. As plain JavaScript: each of them would otherwise first start the
 * machinery that takes the types out.
 */
export async function writeKit(directory: string, settings: Settings): Promise<void> {
  const source = fileURLToPath(new URL('./inside', import.meta.url));
  for (const path of await readdir(source, { recursive: true })) {
    if (!/\.[jt]s$/.test(path) || /\.test\.[jt]s$/.test(path)) continue;
    const target = join(directory, path.replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    if (path.endsWith('.ts')) await writeFile(target, plain(await readFile(join(source, path), 'utf8')));
    else await cp(join(source, path), target);
  }
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(directory, 'settings.json'), JSON.stringify(settings));
}

function plain(text: string): string {
  return stripTypeScriptTypes(text).replaceAll(/(from '\.[^'\n]*)\.ts'/g, "$1.js'");
}
