import type { FileChange, FileKind, Sha } from '../domain/change.ts';

export type GitCommit = {
  readonly sha: Sha;
  readonly tree: Sha;
  readonly parents: readonly Sha[];
  /** When it was committed, as it says itself: anybody can write anything there. */
  readonly at: Date;
  readonly message: string;
};

/** Reading. Every method MUST treat the repository as hostile: no hooks, no config of it or the user, no foreign protocol, size and time limits. */
export interface GitReader {
  /** The commit that a ref or a (possibly short) commit name stands for. MUST reject with `ref.not-found`. */
  resolve(ref: string): Promise<Sha>;
  /** Files that differ between two commits, renames detected. */
  diff(base: Sha, head: Sha): Promise<readonly FileChange[]>;
  /** The commits from `base` (exclusive; null: from the beginning) to `head` on its first-parent line, oldest first. */
  history(base: Sha | null, head: Sha): Promise<readonly GitCommit[]>;
  /** The content of one file; undefined when the commit has no such path. */
  readFile(commit: Sha, path: string): Promise<Buffer | undefined>;
  /** Every path of the commit's tree below `under` ('' = all). */
  list(commit: Sha, under: string): Promise<readonly { path: string; kind: FileKind; size: number }[]>;
}

/** A commit that touched files. Author and time are what the commit says: anybody can write anything there. */
export type Touch = {
  readonly sha: Sha;
  /** An address, in lower case. */
  readonly author: string;
  readonly at: Date;
};

/** What happened before. As hostile as everything else that a repository says. */
export interface FileHistory {
  /**
   * Of the last `most` commits that `head` can reach, those that touched one of the paths, newest first. Merges count where they
   * differ from none of their parents alone; names are exact, and renames are not followed. MUST reject where the history is cut off.
   */
  touches(head: Sha, paths: readonly string[], most: number): Promise<readonly Touch[]>;
}

/** Where a file went. A guess by likeness: git records no renames. */
export type FileMove = {
  readonly from: string;
  /** null: it was deleted. */
  readonly to: string | null;
  readonly commit: Sha;
};

export interface FileMoves {
  /**
   * Of the last `most` commits that `head` can reach, for each of the paths the newest that took it away, with the path that git's
   * detection of renames gives it there. A path that none of them took away is missing. MUST reject where the history is cut off.
   */
  moves(head: Sha, paths: readonly string[], most: number): Promise<readonly FileMove[]>;
}

/** What last changed each line. Author and time are what the commit says. */
export interface LineHistory {
  /**
   * By line, from 1, of a file as `head` has it: the commit that brought it. Lines that the file does not have are missing, and so
   * are all of a file that is not there. MUST reject where the history is cut off.
   */
  blame(
    head: Sha,
    path: string,
    lines: { readonly from: number; readonly to: number },
  ): Promise<ReadonlyMap<number, { readonly commit: Sha; readonly at: Date }>>;
}

/** Getting a whole tree out. */
export interface TreeExporter {
  /**
   * Writes the commit's tree (a commit or a tree name) into `dir`, which MUST be empty or absent.
   * MUST reject with `git.unsafe-tree` for a symlink that leaves the tree, a path with `..` or `.git`, or over the size limits.
   */
  exportTree(commit: Sha, dir: string): Promise<void>;
}

/** Taking branches in from agents: never touches a protected branch. */
export interface GitInbox {
  /**
   * Makes a commit on top of `base` in which `files` replace or (null) delete what was there, and points `ref` at it; null: nothing,
   * so that the commit lasts no longer than git keeps what nobody names.
   * The same input makes the same commit, so it may be called twice. MUST refuse refs outside `refs/heads/autoland/`.
   */
  propose(input: {
    base: Sha;
    files: ReadonlyMap<string, Buffer | null>;
    /** Which of `files` are programs; absent, or of a path that is not in it: as in `base`, and of a new one that it is none. */
    executable?: ReadonlyMap<string, boolean>;
    message: string;
    ref: string | null;
    at: Date;
  }): Promise<Sha>;
}

/** The only writer of protected branches. */
export interface GitLander {
  /** The tree of `head` merged onto `tip`, without writing any ref or commit. */
  mergeTree(
    tip: Sha,
    head: Sha,
  ): Promise<{ kind: 'clean'; tree: Sha } | { kind: 'conflict'; paths: readonly string[] }>;
  /** The tree of `tip` with `commit` (a merge: its first parent's side kept) undone. */
  revertTree(
    tip: Sha,
    commit: Sha,
  ): Promise<{ kind: 'clean'; tree: Sha } | { kind: 'conflict'; paths: readonly string[] }>;
  /** A signed commit object of the bot, deterministic in its input; writes no ref. */
  makeCommit(input: {
    tree: Sha;
    parents: readonly Sha[];
    message: string;
    trailers: readonly (readonly [string, string])[];
    at: Date;
  }): Promise<Sha>;
  /**
   * Compare-and-swap. `moved` when the branch stands at `to` (also when it already did); `lost` when it stood elsewhere.
   * MUST be idempotent: the same call after a crash answers `moved`.
   */
  advance(branch: string, from: Sha, to: Sha): Promise<'moved' | 'lost'>;
  /** Points a ref under `refs/heads/autoland/` at a commit. */
  point(ref: string, to: Sha): Promise<void>;
}
