import type { DriverSettings } from './drivers/facts.ts';
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
    /** Of versions that mend what is known to be vulnerable; null or absent: as of any. */
    readonly fixAgeDays?: number | null;
    /** URL prefixes of registries whose own keys count, beside npm's; absent: none. */
    readonly keysOf?: readonly string[];
  };
  /** Who is asked for advisories; absent: nobody. */
  readonly advisories?: {
    readonly from: 'registry' | 'osv' | 'none';
    /** URL of a server of the OSV API. */
    readonly osv: string;
  };
  /** Paths and patterns whose changes a person decides; absent: none. */
  readonly risk?: { readonly critical: readonly string[] };
  readonly commands: {
    /** null: nothing to install. */
    readonly install: Argv | null;
    /** null: nothing to build. */
    readonly build: Argv | null;
    /** null: no tests are configured. */
    readonly test: Argv | null;
    readonly testSeconds: number;
  };
  readonly tests: {
    /** Where the tests write JUnit files; null or absent: counts are in their output. */
    readonly report?: string | null;
    readonly quarantine: readonly Quarantine[];
  };
  readonly mutation: MutationSettings;
  readonly flags: {
    /** `MODULE#NAME`: functions and clients that evaluate flags, beside OpenFeature's own. */
    readonly helpers: readonly string[];
  };
  /** Absent: nothing is recorded. */
  readonly characterization?: {
    /** Path of a file of the protected branch with calls of production; null: there is none. */
    readonly recordings: string | null;
    /** null or absent: no model writes drivers. */
    readonly drivers?: DriverSettings | null;
  };
};
