import type { GuardrailResult } from '../../domain/verdict.ts';
import type { Clock } from '../../ports/clock.ts';
import type { GitReader, TreeExporter } from '../../ports/git-host.ts';
import type { Registry } from '../../ports/registry.ts';
import type { Sandbox } from '../../ports/sandbox.ts';
import type { ScopeLimits } from './facts.ts';

/** A command as argv. */
export type Argv = readonly [string, ...string[]];

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
};

export type GuardrailDeps = {
  /** Called with tree names too. */
  readonly git: Pick<GitReader, 'readFile' | 'list'> & TreeExporter;
  readonly sandbox: Pick<Sandbox, 'run'>;
  readonly registry: Registry;
  readonly clock: Clock;
  /** An existing directory of this stage alone, on a path without links that the sandbox can mount from. */
  readonly workspace: string;
  /** Of the Node in the sandbox: installs are kept apart by it. */
  readonly nodeVersion: string;
  /** After a cheap guardrail failed, the dearer ones are not run. Default true. */
  readonly stopEarly?: boolean;
  readonly onGuardrail?: (result: GuardrailResult) => void;
};
