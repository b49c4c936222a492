import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree } from '../remove-tree.ts';
import { isErrno } from '../runtime/files.ts';
import type { Modules } from './modules.ts';
import { restore } from './tree-manifest.ts';

type Loan = {
  readonly place: string;
  /** Where the rest of the install is meanwhile. */
  readonly rest: string;
  readonly modules: Modules;
};

/**
 * A kept install itself instead of a copy, for one user at a time: copying ten thousand small files takes longer than installing
 * them does to npm. It is taken back only if every file is as it was; what was put beside them is removed. Whoever is killed
 * meanwhile has lost it, which costs the next one an install.
 */
export class Loans {
  readonly #loans = new Map<string, Loan>();

  /** Answers false when it cannot be lent: it is gone or lent to another, or lies on another file system. `modules`: below `place`. */
  async lend(place: string, modules: Modules, tree: string): Promise<boolean> {
    const rest = `${place}.lent-${randomUUID()}`;
    if (!(await moved(place, rest))) return false;
    const given = await give([...modules.keys()], rest, tree);
    if (given) this.#loans.set(tree, { place, rest, modules });
    else await rename(rest, place);
    return given;
  }

  /** Nothing of the tree may run any more. What cannot be taken back is forgotten. */
  async giveBack(tree: string): Promise<void> {
    const loan = this.#loans.get(tree);
    if (loan === undefined) return;
    this.#loans.delete(tree);
    const isBack = await takeBack(loan, tree).catch(() => false);
    if (!isBack) await removeTree(loan.rest);
  }
}

/** All of them or none. */
async function give(paths: readonly string[], rest: string, tree: string): Promise<boolean> {
  for (const [at, path] of paths.entries()) {
    await removeTree(join(tree, path));
    if (await moved(join(rest, path), join(tree, path))) continue;
    for (const given of paths.slice(0, at)) await rename(join(tree, given), join(rest, given));
    return false;
  }
  return true;
}

async function takeBack({ place, rest, modules }: Loan, tree: string): Promise<boolean> {
  for (const [path, manifest] of modules) {
    if (!(await restore(join(tree, path), manifest))) return false;
    if (!(await moved(join(tree, path), join(rest, path)))) return false;
  }
  // Where somebody has made another one meanwhile, that one stays.
  return moved(rest, place);
}

/** false: it is not there, would go to another file system, or something is there already. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EXDEV', 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}
