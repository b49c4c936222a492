/** One command to run where it can harm nothing. Paths are absolute. */
export type SandboxJob = {
  readonly argv: readonly [string, ...string[]];
  /** Directory inside the sandbox. */
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly SandboxMount[];
  /** `registry`: npm inside reaches the read-only registry proxy, and nothing else. */
  readonly network: 'none' | 'registry';
  /** Path of a model proxy's socket, of this job alone: clients inside reach it by ANTHROPIC_BASE_URL and OPENAI_BASE_URL. */
  readonly modelSocket?: string;
  readonly limits: SandboxLimits;
};

export type SandboxMount = {
  /** On the host. */
  readonly source: string;
  /** In the sandbox. */
  readonly target: string;
  readonly mode: 'read' | 'write';
  /** What of it need not be looked at before the job; absent: all of it is. */
  readonly known?: readonly KnownTree[];
};

/**
 * A directory that was looked at whole, after the last that could write to it: all in it MUST be of the ids of the jobs, and no file may
 * have another name.
 */
export type KnownTree = {
  /** Below the mount's source. */
  readonly path: string;
  /** What it takes of the disk. */
  readonly bytes: number;
};

export type SandboxLimits = {
  readonly seconds: number;
  readonly memoryMiB: number;
  readonly processes: number;
  /** Total of what may be written to writable mounts. */
  readonly diskMiB: number;
  /** Standard output and error are each cut here, keeping the end. */
  readonly outputKiB: number;
};

export type SandboxResult =
  | {
      readonly kind: 'exited';
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly ms: number;
    }
  | {
      readonly kind: 'limit';
      readonly limit: 'seconds' | 'memory' | 'processes' | 'disk';
      readonly stdout: string;
      readonly stderr: string;
      readonly ms: number;
    };

/** Runs repository code. MUST be unprivileged, without network, secrets or the host's home; MUST NOT ever fall back to the host. */
export interface Sandbox {
  /** What works and what does not; `ok` only if egress, host secrets and writes were each seen blocked. Cached for at most a minute. */
  probe(): Promise<{ ok: boolean; findings: readonly { check: string; ok: boolean; detail: string }[] }>;
  /** MUST probe first and reject with `sandbox.unavailable`, running nothing, when the probe is not ok. */
  run(job: SandboxJob): Promise<SandboxResult>;
}

/** A long-running service in the sandbox. */
export type ServiceJob = Omit<SandboxJob, 'limits' | 'network' | 'modelSocket'> & {
  readonly memoryMiB: number;
  readonly processes: number;
  /** `with-parent`: everything ends when the process that spawned it dies. `detached`: it outlives it, to be adopted again. */
  readonly lifetime: 'with-parent' | 'detached';
};

/** How to start a service in the foreground. */
export type LaunchCommand = {
  readonly file: string;
  readonly args: readonly string[];
  /** The starter MUST write it to the process's file descriptor 3, and close that: it holds secrets. undefined: no such descriptor. */
  readonly secrets?: Buffer;
};

/** Starts services inside the sandbox: MUST probe first, as `Sandbox.run`. */
export interface SandboxLauncher {
  /**
   * Killing the process that the command makes (SIGKILL too) MUST end everything inside. Values of the job's environment
   * MUST NOT stand in `args`: every user of the machine can read a command line.
   */
  launch(job: ServiceJob): Promise<LaunchCommand>;
  /** The numeric ids that own what services write (a directory to be written must belong to them); undefined: this process's own. */
  owner(): { uid: number; gid: number } | undefined;
}
