import type { StageContext, StageName, StageOutcome } from '../domain/stage.ts';
import type { AuditLog } from '../ports/audit-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal, Outbox } from '../ports/journal.ts';

/** What the engine needs of a stage: the pipeline binds each stage to its ports. */
export type BoundStage = {
  readonly name: StageName;
  /** Who acts in this stage's events. */
  readonly actor: string;
  run(context: StageContext): Promise<StageOutcome<unknown>>;
};

export type EnginePorts = {
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
};

/** How long a claim lasts unless renewed, milliseconds. */
export const leaseMs = 5_000;
