import type { Sha } from '../domain/change.ts';
import type { Argv } from './test-runner.ts';

export type LintJob = {
  readonly commit: Sha;
  /** null: nothing to install. */
  readonly install: Argv | null;
  /** Each rewrites files of the project; run one after the other. */
  readonly commands: readonly Argv[];
  /** Of each command. */
  readonly seconds: number;
  /** The files whose changes are wanted. */
  readonly paths: readonly string[];
  readonly maxBytes: number;
};

export type LintRun =
  | {
      readonly kind: 'ran';
      /** The new content of those paths that differ. What else was written is gone. */
      readonly changed: ReadonlyMap<string, Buffer>;
      /** Those that are no longer readable files, or too large, alone or together. */
      readonly spoilt: readonly string[];
    }
  /** Nothing that was written counts. `why`: the end of a sentence that begins with the command. */
  | { readonly kind: 'failed'; readonly argv: Argv; readonly why: string };

/** Lets the project's own tools rewrite its files. */
export interface Linter {
  /**
   * Installs the commit in the sandbox and runs the commands there, without a network. MUST end what does not end, read nothing through
   * links that a tool left, and leave nothing behind. Rejects (`sandbox.…`, `git.…`) only when nothing could be run.
   */
  fix(job: LintJob): Promise<LintRun>;
}
