/** A place of a stack as the service names it: an absolute path within its own file system. */
export type StackFrame = {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** As the engine names it; absent: anonymous, or the module's own code. */
  readonly functionName?: string;
};

/** One exception as an instance tells of it, bounded and printable. Its message is not redacted yet. */
export type ReportedException = {
  /** An identifier, such as `TypeError` or `ERR_INVALID_URL`. */
  readonly errorType: string;
  readonly message: string;
  /** Innermost first; never empty. */
  readonly frames: readonly StackFrame[];
  /** How often since it was asked last. */
  readonly count: number;
};

/** Of instances that somebody else runs, by what they claim to be: `service.name` and `service.version`. */
export type ClaimedExceptions = {
  readonly service: string;
  readonly version: string;
  readonly exceptions: readonly ReportedException[];
  /** Told of and not kept. */
  readonly dropped: number;
};

/** Of one instance. Which service and version it is was never asked of it. */
export type InstanceExceptions = {
  readonly service: string;
  readonly digest: string;
  readonly exceptions: readonly ReportedException[];
  /** Told of and not kept: too many kinds at once. */
  readonly dropped: number;
};
