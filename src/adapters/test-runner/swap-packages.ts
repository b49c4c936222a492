import { lstat, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import ssri from 'ssri';
import { hostileObjectIn, isRecord, type JsonRecord } from '../../domain/npm/hostile-json.ts';
import { removeTree } from '../remove-tree.ts';
import { giveTo, ownerOf } from '../sandbox/bubblewrap/give-to.ts';
import type { Identity } from '../sandbox/bubblewrap/identity.ts';
import { readOutputFile } from '../sandbox/read-output-file.ts';
import { holdsWhatIsLocked } from './near-install.ts';
import { type LockedProject, type Swap, swapsBetween } from './swaps.ts';
import { unpackPackage } from './unpack-package.ts';

/** A package's tarball, checked against what the registry states; undefined: there is none. */
export type ReadTarball = (name: string, version: string) => Promise<Buffer | undefined>;

export type SwapOptions = {
  readonly tarball: ReadTarball;
  /** On the same file system as the install; nobody else may write there. */
  readonly beside: string;
  readonly owner: Identity | undefined;
};

const installedList = 'node_modules/.package-lock.json';

/** What a kept install was made of; undefined: it is gone. */
export async function madeOf(place: string): Promise<LockedProject | undefined> {
  const text = (path: string) => readFile(join(place, path), 'utf8');
  try {
    return { lockfile: await text('package-lock.json'), manifest: await text('package.json') };
  } catch {
    return undefined;
  }
}

/** `none`: nothing was touched. `some`: it is no install any more. */
export type Swapped = 'all' | 'some' | 'none';

/**
 * Makes of the install in `dir`, which was made of `base`, the one of the lockfile and the manifest that lie there now, where that takes
 * no npm. Nobody may be at work in it.
 */
export async function swapPackages(dir: string, base: LockedProject, options: SwapOptions): Promise<Swapped> {
  const side = await mkdtemp(join(options.beside, 'swap-'));
  try {
    const swaps = await prepared(dir, base, side, options).catch(() => undefined);
    if (swaps === undefined) return 'none';
    return await putInPlace(dir, side, swaps).then(
      () => 'all',
      () => 'some',
    );
  } finally {
    await removeTree(side);
  }
}

async function putInPlace(dir: string, side: string, swaps: readonly Swap[]): Promise<void> {
  for (const [at, { path }] of swaps.entries()) {
    await rename(join(dir, path), join(side, `old-${at}`));
    await rename(join(side, `new-${at}`), join(dir, path));
  }
  await rename(join(side, 'list'), join(dir, installedList));
}

/** Lays all that is new in `side`. undefined: it is npm's to do. */
async function prepared(
  dir: string,
  base: LockedProject,
  side: string,
  { tarball, owner }: SwapOptions,
): Promise<readonly Swap[] | undefined> {
  const [lockfile, manifest, list] = await Promise.all([
    textOf(dir, 'package-lock.json'),
    textOf(dir, 'package.json'),
    textOf(dir, installedList),
  ]);
  const swaps = swapsBetween(base, { lockfile, manifest });
  const next = swaps && listAfter(list, swaps);
  if (swaps === undefined || next === undefined) return undefined;
  if (!holdsWhatIsLocked(hostileObjectIn(lockfile), next)) return undefined;
  for (const [at, { name, version, integrity, path }] of swaps.entries()) {
    if (!(await isReal(dir, path))) return undefined;
    const bytes = await tarball(name, version);
    if (bytes === undefined || ssri.checkData(bytes, integrity) === false) return undefined;
    await unpackPackage(name, bytes, join(side, `new-${at}`));
  }
  await writeFile(join(side, 'list'), `${JSON.stringify(next, null, 2)}\n`);
  if (owner !== undefined) await giveTo(side, owner, [await ownerOf(side)]);
  return swaps;
}

async function textOf(dir: string, path: string): Promise<string> {
  return (await readOutputFile(dir, path))?.toString('utf8') ?? '';
}

/** What npm would note of the install. undefined: it notes something else of what is there than the lockfile does. */
function listAfter(list: string, swaps: readonly Swap[]): JsonRecord | undefined {
  const noted = hostileObjectIn(list);
  if (noted === undefined || !isRecord(noted.packages)) return undefined;
  const { packages } = noted;
  if (swaps.some(({ path, from }) => !isDeepStrictEqual(packages[path], from))) return undefined;
  const swapped = Object.fromEntries(swaps.map(({ path, to }) => [path, to]));
  return { ...noted, packages: { ...packages, ...swapped } };
}

/** DANGER: a link on the way would lead whoever writes there out of the install. */
async function isReal(dir: string, path: string): Promise<boolean> {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length += 1) {
    const found = await lstat(join(dir, ...parts.slice(0, length)));
    if (!found.isDirectory()) return false;
  }
  return true;
}
