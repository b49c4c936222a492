/** Closed list: tests and scripts match on the code, people read the message. Grouped by who raises it. */
export type ErrorCode =
  | 'config.missing'
  | 'config.invalid'
  | 'policy.invalid'
  | 'policy.unsigned'
  | 'repo.not-found'
  | 'repo.not-bare'
  | 'git.failed'
  | 'git.timeout'
  | 'git.too-large'
  | 'git.unsafe-tree'
  | 'ref.not-found'
  | 'change.not-found'
  | 'change.ambiguous'
  | 'incident.not-found'
  | 'flag.not-found'
  | 'flag.stale-version'
  | 'token.not-found'
  | 'rollout.not-found'
  | 'rollout.not-allowed'
  | 'stop.on-branch'
  | 'autonomy.not-demoted'
  | 'agent.busy'
  | 'agent.too-many-open'
  | 'agent.too-many-today'
  | 'agent.overtaken'
  | 'issues.unreachable'
  | 'issues.invalid'
  | 'journal.locked'
  | 'journal.schema'
  | 'journal.corrupt'
  | 'journal.full-disk'
  | 'journal.missing'
  | 'journal.too-large'
  | 'lease.lost'
  | 'audit.broken'
  | 'blob.corrupt'
  | 'blob.too-large'
  | 'key.missing'
  | 'key.unsafe'
  | 'attestation.invalid'
  | 'sandbox.unavailable'
  | 'sandbox.failed'
  | 'registry.unreachable'
  | 'registry.invalid'
  | 'recording.over-budget'
  | 'recording.not-scanned'
  | 'release.not-found'
  | 'release.corrupt'
  | 'release.unsafe-tree'
  | 'runtime.unreachable'
  | 'runtime.refused'
  | 'runtime.unhealthy'
  | 'command.refused'
  | 'command.failed'
  | 'port.taken'
  | 'state.locked'
  | 'state.corrupt'
  | 'state.unusable'
  | 'telemetry.unreachable'
  | 'telemetry.invalid'
  | 'lockfile.invalid'
  | 'manifest.invalid'
  | 'evalset.invalid'
  | 'usage';

/**
 * A fault with a cause outside this program: a person, a file, a network, another process.
 * The message says what was expected and what was found; `mend` says what to do about it.
 * Anything thrown that is not an AutolandError is a bug and is shown as one.
 */
export class AutolandError extends Error {
  readonly code: ErrorCode;
  readonly mend: string | undefined;

  constructor(code: ErrorCode, message: string, options: { mend?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'AutolandError';
    this.code = code;
    this.mend = options.mend;
  }
}

/** The text of whatever was thrown, for reasons and logs. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
