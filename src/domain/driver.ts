import type { Behaviour } from './behaviour.ts';
import type { BoundaryMutant } from './boundary-mutation.ts';
import type { Instrumentation } from './mutation.ts';

/** A test that a model wrote, of what the clients of a package, or of a file of the project, meet. Its text is hostile. */
export type Driver = {
  readonly format: 'cjs' | 'esm';
  readonly text: string;
};

/** One run of a driver, recorded. */
export type DriverRun =
  | { readonly kind: 'ended'; readonly passed: boolean; readonly seen: Behaviour; readonly tail: string }
  /** It took too long, or too much. */
  | { readonly kind: 'limit'; readonly limit: string };

/** Faults that the project's own tests were seen not to notice: in what packages answer, or in the base's own files. */
export type DriverFaults =
  | { readonly kind: 'boundary'; readonly mutants: readonly BoundaryMutant[] }
  | {
      readonly kind: 'source';
      readonly instrumentation: Instrumentation;
      readonly chosen: readonly string[];
    };

/** What was seen of one driver, as far as it was tried. */
export type DriverEvidence = {
  /** With the base, one after the other; []: there was no time. */
  readonly base: readonly DriverRun[];
  /** Faults that it reaches, and those of them that it notices; undefined: not tried. */
  readonly faults?: { readonly tried: number; readonly noticed: readonly string[] };
  /** undefined: not run with the head. */
  readonly head?: DriverRun;
};

export type DriverTrials =
  /** `idle`: what a client asks of the kernel that loads what is watched and does nothing; one for each driver, in their order. */
  | { readonly kind: 'tried'; readonly idle: DriverRun; readonly drivers: readonly DriverEvidence[] }
  | { readonly kind: 'not-ready'; readonly side: 'base' | 'head'; readonly phase: 'install' | 'build' };

/** Who wrote drivers; `model`: as its provider names it. */
export type DriverAuthor = { readonly name: string; readonly model: string; readonly scripted: boolean };

/** The drivers of a change that earned their place, whatever they then saw of the new version. */
export type KeptDrivers = {
  readonly author: DriverAuthor;
  /** Names of those that they call. */
  readonly packages: readonly string[];
  readonly drivers: readonly { readonly driver: Driver; readonly noticed: number }[];
};

/** One of them, as it is kept for whoever offers it to the repository. */
export type ShelvedDriver = Omit<KeptDrivers, 'drivers'> & KeptDrivers['drivers'][number];
