import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, lutimes, mkdir, readdir, readlink, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Copies a tree with its files made in the opposite order, all of them as old as `at`: a build must not see either. */
export async function mirrorTree(from: string, to: string, at: Date): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? 1 : -1))) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await mirrorTree(source, target, at);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await copyFile(source, target);
    if (entry.isSymbolicLink()) await lutimes(target, at, at);
    else await utimes(target, at, at);
  }
}

export type Fingerprints = ReadonlyMap<string, string>;

const maxFiles = 200_000;

/** What each file below `dir` is, by path; a link by where it leads, which is not followed. Tools' caches are left out. */
export async function fingerprints(dir: string): Promise<Fingerprints> {
  const found = new Map<string, string>();
  const pending = [''];
  for (let under = pending.pop(); under !== undefined; under = pending.pop()) {
    for (const entry of await readdir(join(dir, under), { withFileTypes: true })) {
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      if (isCache(path)) continue;
      if (found.size >= maxFiles) throw new Error(`the build leaves more than ${maxFiles} files`);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isSymbolicLink()) found.set(path, `link ${await readlink(join(dir, path))}`);
      else if (entry.isFile()) found.set(path, await digestOf(join(dir, path)));
      else found.set(path, 'neither file nor link');
    }
  }
  return found;
}

/** `node_modules/.cache`, `.vite`, `.package-lock.json` and the like; no release is run from them. */
function isCache(path: string): boolean {
  return /(^|\/)node_modules\/\.[^/]*$/.test(path) && !path.endsWith('/.bin');
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Paths that one of the two lacks or holds otherwise, in order. */
export function differing(one: Fingerprints, other: Fingerprints): readonly string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path)).sort((a, b) => (a < b ? -1 : 1));
}
