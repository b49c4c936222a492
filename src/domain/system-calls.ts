/**
 * `run`: start a program; `reach`: connect or send to an address; `listen`; `read`: open, or look for; `write`: open for writing,
 * make, rename, remove; `meddle`: take hold of another process.
 */
export type SystemCallKind = 'run' | 'reach' | 'listen' | 'read' | 'write' | 'meddle';

/** What a process asked of the kernel, as the kernel saw it. */
export type SystemCall = {
  readonly kind: SystemCallKind;
  /** The program that asked: the path that it was started by, `npm`, or `?` where that is not known. */
  readonly by: string;
  /**
   * A path without links (below the project: `./…`), or an address: `127.0.0.1:80`, `[::1]:*` (any port that the kernel picks),
   * `unix /run/x`, `unix @name`, `a name` (that is looked up, and is not this machine's).
   */
  readonly target: string;
  /** Of a program that is started: what follows its name; few of them, and cut. */
  readonly args?: readonly string[];
  /** It was refused, or there is no such file. */
  readonly failed?: true;
};

/** What the processes of one test run asked of the kernel. */
export type SystemCalls = {
  /** false: there is no tracer, or it cannot trace here, so that nothing is known. */
  readonly traced: boolean;
  /** Each once. Left out: reading the project's own files, writing its common ones, and files below /tmp. */
  readonly calls: readonly SystemCall[];
  /** Why there may have been more than is here; empty: all of it is here. */
  readonly gaps: readonly string[];
};
