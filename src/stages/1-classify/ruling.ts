import type { ChangeClass } from '../../domain/change.ts';

export type Ruling = {
  readonly class: ChangeClass;
  /** Why this class, or why none better: one sentence each. */
  readonly reasons: readonly string[];
};
