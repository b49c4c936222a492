import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { AutolandError, messageOf } from '../../../domain/errors.ts';
import { killChild } from '../../kill-child.ts';
import { systemPath } from '../../system-path.ts';

export type GitLimits = {
  /** Milliseconds for one command. */
  readonly timeoutMs: number;
  /** Bytes of standard output of one command. */
  readonly outputBytes: number;
};
export const defaultGitLimits: GitLimits = { timeoutMs: 60_000, outputBytes: 128 * 1024 * 1024 };

export type GitCommand = {
  readonly args: readonly string[];
  readonly cwd: string;
  /** GIT_* variables that say where to look; everything else is fixed here. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Exit codes besides 0 that the caller understands. */
  readonly accept?: readonly number[];
  readonly limits?: GitLimits;
};
export type GitOutput = { readonly code: number; readonly stdout: Buffer; readonly stderr: string };

/** Settings that a repository's own configuration must not be able to override. */
const hardening = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.symlinks=true',
  'core.alternateRefsCommand=',
  'core.sshCommand=false',
  'core.pager=cat',
  'core.fsync=objects,reference',
  'core.filesRefLockTimeout=1500',
  'core.packedRefsTimeout=4000',
  'credential.helper=',
  'diff.external=',
  'gc.auto=0',
  'gpg.program=false',
  'gpg.ssh.program=false',
  'log.showSignature=false',
  'maintenance.auto=false',
  'protocol.allow=never',
].flatMap((setting) => ['-c', setting]);

/** From nothing: no variable of this process (GIT_DIR, GIT_TRACE, proxies, tokens) reaches git. */
function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: systemPath(),
    HOME: '/nonexistent',
    XDG_CONFIG_HOME: '/nonexistent',
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_COMMITTER_NAME: 'autoland',
    GIT_COMMITTER_EMAIL: 'autoland@localhost',
    ...extra,
  };
}

/** Hardened as every git is; the caller holds it to its limits. */
export function startGit({
  args,
  cwd,
  env = {},
}: Pick<GitCommand, 'args' | 'cwd' | 'env'>): ChildProcessWithoutNullStreams {
  return spawn('git', [...hardening, ...args], {
    cwd,
    env: environment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Rejects with `git.failed` (exit code not accepted), `git.timeout` or `git.too-large`. */
export function runGit(command: GitCommand): Promise<GitOutput> {
  const limits = command.limits ?? defaultGitLimits;
  return new Promise((resolve, reject) => {
    const child = startGit(command);
    const output = collect(limits, (fault) => {
      killChild(child, 'SIGKILL');
      clearTimeout(timer);
      reject(fault);
    });
    const timer = setTimeout(() => output.fail(timedOut(command, limits)), limits.timeoutMs);
    child.stdout.on('data', output.stdout);
    child.stderr.on('data', output.stderr);
    child.on('error', (cause) => output.fail(cannotStart(cause)));
    child.on('close', (code) => {
      clearTimeout(timer);
      const result = { code: code ?? -1, ...output.result() };
      if (result.code === 0 || command.accept?.includes(result.code)) resolve(result);
      else reject(failed(command, result));
    });
    // git may end before it has read everything (EPIPE); its exit code tells the story.
    child.stdin.on('error', () => {});
    child.stdin.end(command.stdin ?? '');
  });
}

function collect(limits: GitLimits, fail: (fault: AutolandError) => void) {
  const chunks: Buffer[] = [];
  let size = 0;
  let errors = '';
  return {
    fail,
    stdout(chunk: Buffer) {
      size += chunk.length;
      if (size <= limits.outputBytes) chunks.push(chunk);
      else fail(tooLarge(limits));
    },
    stderr(chunk: Buffer) {
      if (errors.length < 8192) errors += chunk.toString();
    },
    result: () => ({ stdout: Buffer.concat(chunks), stderr: errors.trim() }),
  };
}

/** The subcommand and its flags, without paths and names. */
const nameOf = (command: Pick<GitCommand, 'args'>) => `git ${command.args[0] ?? ''}`;

export function timedOut(command: Pick<GitCommand, 'args'>, limits: GitLimits): AutolandError {
  return new AutolandError('git.timeout', `${nameOf(command)} did not end within ${limits.timeoutMs} ms`, {
    mend: 'try again; if it stays slow, repack the repository (git gc)',
  });
}

export function tooLarge(limits: GitLimits): AutolandError {
  return new AutolandError('git.too-large', `git answered more than ${limits.outputBytes} bytes`, {
    mend: 'make the change smaller',
  });
}

export function cannotStart(cause: unknown): AutolandError {
  return new AutolandError('git.failed', `cannot start git: ${messageOf(cause)}`, {
    mend: 'install git 2.38 or newer and put it on PATH',
    cause,
  });
}

function failed(command: GitCommand, output: GitOutput): AutolandError {
  const said = output.stderr === '' ? 'it said nothing' : output.stderr;
  const mend = /unable to read|missing (?:blob|tree|object)|could not fetch/.test(said)
    ? { mend: goneMend }
    : {};
  return new AutolandError('git.failed', `${nameOf(command)} ended with ${output.code}: ${said}`, mend);
}

/** Where an object is not there. Nothing is fetched by itself: git would ask whomever the repository names. */
export const goneMend =
  'in a partial clone (--filter) fetch the rest: git fetch --refetch --no-filter; else check the repository with git fsck';
