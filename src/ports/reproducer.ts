import type { Sha } from '../domain/change.ts';
import type { Reproduction } from '../domain/reproduction.ts';
import type { Argv } from './test-runner.ts';

export type BuildCommands = {
  /** null: nothing to install. */
  readonly install: Argv | null;
  readonly build: Argv;
};

/** Finds out whether a build makes the same of the same. */
export interface Reproducer {
  /**
   * Builds the head twice, and the base twice if the head's builds differ, each in a clean sandbox of its own under another
   * time, time zone, language and order of files. MUST compare every file but what tools keep in `node_modules/.*`, and
   * leave nothing behind. A build that fails is an answer; rejects only when nothing could be measured.
   */
  compare(commands: BuildCommands, sides: { readonly base: Sha; readonly head: Sha }): Promise<Reproduction>;
}
