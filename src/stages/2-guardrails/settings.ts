import type { ScopeLimits } from './facts.ts';
import type { MutationSettings } from './mutation/plan.ts';
import type { Quarantine } from './tests/quarantine.ts';

/** A command as argv. */
type Argv = readonly [string, ...string[]];

/** Of the protected branch's configuration, never of the change. */
export type GuardrailSettings = {
  readonly scope: ScopeLimits;
  readonly registry: {
    readonly allowed: readonly string[];
    /** RFC 3339: ages are counted from then; null: from now. */
    readonly before: string | null;
    readonly minimumAgeDays: number;
  };
  readonly commands: {
    /** null: nothing to install. */
    readonly install: Argv | null;
    /** null: nothing to build. */
    readonly build: Argv | null;
    /** null: no tests are configured. */
    readonly test: Argv | null;
    readonly testSeconds: number;
  };
  readonly tests: { readonly quarantine: readonly Quarantine[] };
  readonly mutation: MutationSettings;
};
