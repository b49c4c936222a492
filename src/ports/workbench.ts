import type { FileKind } from '../domain/change.ts';
import type { Argv } from './test-runner.ts';

/** What a task has written until now, whole, by path. */
export type Draft = ReadonlyMap<string, string>;

export type SearchWish = {
  readonly pattern: string;
  readonly isRegex: boolean;
  readonly ignoresCase: boolean;
  /** Only paths that begin so; '': all. */
  readonly under: string;
};

export type SearchHit = { readonly path: string; readonly line: number; readonly text: string };

export type Searched =
  | { readonly kind: 'found'; readonly hits: readonly SearchHit[]; readonly isCut: boolean }
  /** `why`: the rest of a sentence that begins with the pattern. */
  | { readonly kind: 'refused'; readonly why: string };

export type TestsRun = {
  readonly kind: 'green' | 'red' | 'not-built' | 'limit';
  /** The end of what was printed. Whoever wrote the project wrote it. */
  readonly tail: string;
};

/** The files of one commit, and what becomes of them. Nothing that the project runs can change what is read here. */
export interface Workbench {
  /** Every path of the commit. */
  files(): Promise<ReadonlyMap<string, FileKind>>;
  /** As the commit has it; undefined: no plain file, or larger than is read. */
  read(path: string): Promise<Buffer | undefined>;
  /** MUST be bounded in time, whatever the pattern. The draft counts in the place of what it replaces. */
  search(wish: SearchWish, draft: Draft): Promise<Searched>;
  /** Runs the project's tests on commit and draft in the sandbox, without network. MUST leave nothing behind. */
  test(draft: Draft): Promise<TestsRun>;
}

export type WorkbenchCommands = {
  readonly install: Argv | null;
  readonly build: Argv | null;
  readonly test: Argv;
  readonly testSeconds: number;
};
