import { lstat, mkdtemp, rename, writeFile } from 'node:fs/promises';
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

/** What a kept install was made of, and npm's own list of what it made. */
export type Made = LockedProject & { readonly list: string };

/** undefined: it is gone. */
export async function madeOf(place: string): Promise<Made | undefined> {
  const [lockfile, manifest, list] = await textsOf(place);
  return lockfile === '' ? undefined : { lockfile, manifest, list };
}

/** `none`: nothing was touched. `some`: it is no install any more. */
export type Swapped = 'all' | 'some' | 'none';

/** New versions of packages, beside the install that they have their place in. MUST be removed, put in place or not. */
export class LaidSwaps {
  readonly #side: string;
  readonly #swaps: readonly Swap[];
  readonly #list: string;

  private constructor(side: string, swaps: readonly Swap[], list: string) {
    this.#side = side;
    this.#swaps = swaps;
    this.#list = list;
  }

  /**
   * Lays what makes of the install `base` the one of the lockfile and the manifest in `dir`. undefined: it is npm's to do, or cannot be
   * had.
   */
  static async lay(dir: string, base: Made, options: SwapOptions): Promise<LaidSwaps | undefined> {
    const side = await mkdtemp(join(options.beside, 'swap-'));
    const swaps = await laidIn(side, dir, base, options).catch(() => undefined);
    if (swaps !== undefined) return new LaidSwaps(side, swaps, base.list);
    await removeTree(side);
    return undefined;
  }

  /** `dir`: the install of the base, or a copy. Nobody may be at work in it. */
  async put(dir: string): Promise<Swapped> {
    if (!(await this.#fits(dir).catch(() => false))) return 'none';
    return this.#renameInto(dir).then(
      () => 'all',
      () => 'some',
    );
  }

  remove(): Promise<void> {
    return removeTree(this.#side);
  }

  async #fits(dir: string): Promise<boolean> {
    for (const { path } of this.#swaps) if (!(await isReal(dir, path))) return false;
    return (await textOf(dir, installedList)) === this.#list;
  }

  async #renameInto(dir: string): Promise<void> {
    for (const [at, { path }] of this.#swaps.entries()) {
      await rename(join(dir, path), join(this.#side, `old-${at}`));
      await rename(join(this.#side, `new-${at}`), join(dir, path));
    }
    await rename(join(this.#side, 'list'), join(dir, installedList));
  }
}

/** undefined: it is npm's to do. */
async function laidIn(
  side: string,
  dir: string,
  base: Made,
  { tarball, owner }: SwapOptions,
): Promise<readonly Swap[] | undefined> {
  const [lockfile, manifest] = await textsOf(dir);
  const swaps = swapsBetween(base, { lockfile, manifest });
  const next = swaps && listAfter(base.list, swaps);
  if (swaps === undefined || next === undefined) return undefined;
  if (!holdsWhatIsLocked(hostileObjectIn(lockfile), next)) return undefined;
  for (const [at, { name, version, integrity }] of swaps.entries()) {
    const bytes = await tarball(name, version);
    if (bytes === undefined || ssri.checkData(bytes, integrity) === false) return undefined;
    await unpackPackage(name, bytes, join(side, `new-${at}`));
  }
  await writeFile(join(side, 'list'), `${JSON.stringify(next, null, 2)}\n`);
  if (owner !== undefined) await giveTo(side, owner, [await ownerOf(side)]);
  return swaps;
}

/** Of its lockfile, its manifest and npm's list; '' for what is not there. */
async function textsOf(dir: string): Promise<readonly [string, string, string]> {
  return Promise.all([
    textOf(dir, 'package-lock.json'),
    textOf(dir, 'package.json'),
    textOf(dir, installedList),
  ]);
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
