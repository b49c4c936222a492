import { createHash } from 'node:crypto';
import { chmod, cp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Identity } from './identity.ts';
import { closedComponent } from './reachable.ts';
import { publishOnce } from './skeleton.ts';

/** Host paths that the job's ids can read. */
export type Toolchain = {
  /** The Node binary. */
  readonly node: string;
  /** npm's package directory; undefined: this machine has no npm. */
  readonly npm: string | undefined;
};

/**
 * The machine's Node and npm, as the sandbox can read them: where they are, or, when a directory above them
 * is closed to the job's ids, a copy in `base` made once per version.
 */
export async function prepareToolchain(
  found: Toolchain,
  base: string,
  identity: Identity | undefined,
): Promise<Toolchain> {
  const node = await readable(await realpath(found.node), base, identity);
  const npm = found.npm === undefined ? undefined : await readable(await realpath(found.npm), base, identity);
  return { node, npm };
}

async function readable(path: string, base: string, identity: Identity | undefined): Promise<string> {
  if (identity === undefined || (await closedComponent(path, identity)) === undefined) return path;
  const copied = join(base, `tool-${await keyOf(path)}`);
  await publishOnce(copied, async (draft) => {
    const target = join(draft, basename(path));
    await cp(path, target, { recursive: true, dereference: false });
    await openUp(target);
    // npm's builtin settings may hold a token.
    if ((await stat(target)).isDirectory()) await rm(join(target, 'npmrc'), { force: true });
  });
  return join(copied, basename(path));
}

/** Changes whenever the tool does: its own size and time or, for a package, those of its manifest. */
async function keyOf(path: string): Promise<string> {
  const main = (await stat(path)).isDirectory() ? join(path, 'package.json') : path;
  const { size, mtimeMs } = await stat(main);
  return createHash('sha256').update(`${path}\0${size}\0${mtimeMs}`).digest('hex').slice(0, 16);
}

async function openUp(path: string): Promise<void> {
  const stats = await stat(path);
  await chmod(path, stats.mode | 0o444 | (stats.isDirectory() || stats.mode & 0o100 ? 0o111 : 0));
  if (!stats.isDirectory()) return;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await openUp(join(path, entry.name));
  }
}
