import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { KnownTree } from '../../ports/sandbox.ts';
import { removeTree } from '../remove-tree.ts';
import { isErrno } from '../runtime/files.ts';
import { giveTo, ownerOf } from '../sandbox/bubblewrap/give-to.ts';
import type { Identity } from '../sandbox/bubblewrap/identity.ts';
import { modulesIn } from './modules.ts';
import { marksOf, restore, type TreeMarks } from './tree-marks.ts';

type Loan = {
  readonly place: string;
  /** Where the rest of the install is meanwhile. */
  readonly rest: string;
  /** By path of each `node_modules` in it. */
  readonly marks: ReadonlyMap<string, TreeMarks>;
  /** Whether a job may have been at work in it. */
  isUsed: boolean;
};

/**
 * A kept install itself instead of a copy, for one user at a time: copying ten thousand small files takes longer than installing
 * them does to npm. It is taken back only if nobody has touched any file; what was put beside them is removed. Whoever is killed
 * meanwhile has lost it, which costs the next one an install.
 */
export class Loans {
  readonly #owner: Identity | undefined;
  readonly #loans = new Map<string, Loan>();

  /** `owner`: the ids whose job will use it; undefined: this process's own. */
  constructor(owner: Identity | undefined) {
    this.#owner = owner;
  }

  /** `read`: until then somebody reads it at its place. Answers false when it cannot be lent: it is gone or lent to another, or lies on another file system. */
  async lend(place: string, tree: string, read: Promise<unknown> = Promise.resolve()): Promise<boolean> {
    const early = await this.#markAsIs(place).catch(() => undefined);
    await read;
    const rest = `${place}.lent-${randomUUID()}`;
    if (!(await moved(place, rest))) return false;
    const marks = early ?? (await this.#mark(rest).catch(() => undefined));
    const given = marks !== undefined && (await give([...marks.keys()], rest, tree));
    if (given) this.#loans.set(tree, { place, rest, marks, isUsed: false });
    else await rename(rest, place);
    return given;
  }

  /** What the first job in the tree finds there as it was marked; [] for the next one. MUST be asked before each that may write to it. */
  untouched(tree: string): readonly KnownTree[] {
    const loan = this.#loans.get(tree);
    if (loan === undefined || loan.isUsed) return [];
    loan.isUsed = true;
    return [...loan.marks].flatMap(([path, { bytes }]) => (bytes === undefined ? [] : [{ path, bytes }]));
  }

  /** While somebody else may read it: it is given to nobody. undefined: it would have to be. */
  async #markAsIs(place: string): Promise<Loan['marks'] | undefined> {
    const owner = this.#owner && `${this.#owner.uid}:${this.#owner.gid}`;
    for (const path of await modulesIn(place, ''))
      if (owner !== undefined && owner !== (await ownerOf(join(place, path)))) return undefined;
    return this.#mark(place);
  }

  /** undefined: one of them cannot be told from another that is touched. */
  async #mark(rest: string): Promise<Loan['marks'] | undefined> {
    const all = new Map<string, TreeMarks>();
    for (const path of await modulesIn(rest, '')) {
      // To have it given to them later would be a touch.
      if (this.#owner !== undefined)
        await giveTo(join(rest, path), this.#owner, [await ownerOf(join(rest, path))]);
      const marks = await marksOf(join(rest, path));
      if (marks === undefined) return undefined;
      all.set(path, marks);
    }
    return all;
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

async function takeBack({ place, rest, marks }: Loan, tree: string): Promise<boolean> {
  for (const [path, of] of marks) {
    if (!(await restore(join(tree, path), of))) return false;
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
