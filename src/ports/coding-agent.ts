import type { Sha } from '../domain/change.ts';
import type { Transcript } from '../domain/transcript.ts';
import type { SandboxJob } from './sandbox.ts';
import type { Argv } from './test-runner.ts';

export type AgentJob = {
  readonly commit: Sha;
  /** null: nothing to install. */
  readonly install: Argv | null;
  /** What starts the agent, in the root of the project. */
  readonly argv: Argv;
  /** Where its program is on this machine, a real path; it reads it as `/agent`. undefined: the sandbox has it. */
  readonly directory: string | undefined;
  /** The way to its models, and the token for it. */
  readonly door: Required<Pick<SandboxJob, 'modelSocket' | 'env'>>;
  readonly env: Readonly<Record<string, string>>;
  readonly seconds: number;
};

export type LeftFile = { readonly bytes: Buffer; readonly isExecutable: boolean };

export type AgentRun = {
  /** Where it says line by line what it does; undefined: `stdout` is text. */
  readonly transcript: Transcript | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
} & (
  | {
      readonly kind: 'ran';
      /** Each path that differs from the commit; null: it is gone. */
      readonly files: ReadonlyMap<string, LeftFile | null>;
    }
  /**
   * Nothing that was written counts. `why`: the end of a sentence that begins with the agent. It is journalled for good, so it MUST hold
   * nothing that the program printed: that is recorded, where credentials are taken out and all can be erased.
   */
  | { readonly kind: 'failed'; readonly why: string }
);

/** Lets a program that nobody trusts work on the files of a commit. */
export interface CodingAgent {
  /**
   * MUST run it in the sandbox, with no network but the door, and end what does not end. MUST read nothing through links that it left,
   * take no file below `.git` or `node_modules`, take no link, and leave nothing behind. Rejects (`sandbox.…`, `git.…`) only when nothing could be run.
   */
  work(job: AgentJob): Promise<AgentRun>;
}
