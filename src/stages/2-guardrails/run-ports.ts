import type { ChangeId, Proposal } from '../../domain/change.ts';
import type { KeptDrivers } from '../../domain/driver.ts';
import type { Classification } from '../../domain/stage.ts';
import type { GuardrailResult } from '../../domain/verdict.ts';
import type { Advisories } from '../../ports/advisories.ts';
import type { AnswerCache } from '../../ports/answer-cache.ts';
import type { ApiReader } from '../../ports/api.ts';
import type { BoundaryMutator } from '../../ports/boundary-mutator.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentReader } from '../../ports/document-reader.ts';
import type { DriverRunner } from '../../ports/driver-runner.ts';
import type { FileHistory, GitReader } from '../../ports/git-host.ts';
import type { ModelSource } from '../../ports/models.ts';
import type { Mutator } from '../../ports/mutator.ts';
import type { PackageProofs } from '../../ports/package-proofs.ts';
import type { ProfileCache } from '../../ports/profile-cache.ts';
import type { Prover } from '../../ports/prover.ts';
import type { Registry } from '../../ports/registry.ts';
import type { RecordingsFile, Replayer } from '../../ports/replayer.ts';
import type { Reproducer } from '../../ports/reproducer.ts';
import type { SecretScanner } from '../../ports/secret-scanner.ts';
import type { SyntaxComparer } from '../../ports/syntax.ts';
import type { Begun, TestRunner } from '../../ports/test-runner.ts';
import type { FactName, Facts } from './facts.ts';
import type { GuardrailSettings } from './settings.ts';

/** What the gatherers reach out through. */
export type GuardrailPorts = {
  /** Called with tree names too. */
  readonly git: Pick<GitReader, 'readFile' | 'list' | 'diff' | 'history'> & FileHistory;
  readonly registry: Registry;
  readonly packageProofs: PackageProofs;
  readonly advisories: Advisories;
  /** Absent: what a package can do is found out anew each time. */
  readonly profiles?: ProfileCache;
  readonly syntax: Pick<SyntaxComparer, 'capabilities' | 'faults' | 'compare'>;
  readonly secrets: SecretScanner;
  readonly documents: DocumentReader;
  readonly prover: Prover;
  readonly api: ApiReader;
  readonly tests: TestRunner;
  readonly reproducer: Reproducer;
  readonly mutator: Mutator;
  readonly replayer: Replayer;
  /** Absent: what production sends is in the file of the protected branch that the configuration names, if it names one. */
  readonly recordings?: RecordingsFile;
  readonly boundary: BoundaryMutator;
  readonly drivers: DriverRunner;
  /** Absent: there is no model here to write drivers. */
  readonly driverModels?: ModelSource;
  /** Told once of the drivers that were kept. */
  readonly onDrivers?: (kept: KeptDrivers) => void | Promise<void>;
  /** Absent: models are asked anew each time. */
  readonly answers?: AnswerCache;
  readonly clock: Clock;
};

/** How far along a fact is; `done` also where it could not be gathered. */
export type GatheringState = 'started' | 'done';

export type GuardrailDeps = GuardrailPorts & {
  /** After a guardrail failed, what has not begun and is not light is not run. Default true. */
  readonly stopEarly?: boolean;
  /**
   * Heavy facts begin with the light ones, as far as that runs no code of the change, and those aside run beside them: sooner
   * done, with more processors and at times for nothing. Default false.
   */
  readonly beginEarly?: boolean;
  /** How many heavy facts are gathered at once, each of which may take two processors. Default 1. */
  readonly heavyAtOnce?: number;
  readonly onGuardrail?: (result: GuardrailResult) => void;
  readonly onFact?: (name: FactName, state: GatheringState) => void;
};

export type CheckedChange = {
  /** Models that are asked count for it; absent: for none. */
  readonly id?: ChangeId;
  readonly classification: Classification;
  /** What is landed with the tree: its commits, and what its source says of it. */
  readonly proposal: Proposal;
  readonly now: Date;
};

export type Gathering<Needed extends FactName = never> = {
  readonly deps: GuardrailPorts;
  readonly settings: GuardrailSettings;
  readonly change: CheckedChange;
  /** The facts that it needs: it is not asked without them. */
  readonly found: Pick<Facts, Needed>;
};

/** Finds out one fact. What it rejects with is the finding of each guardrail that needs the fact. */
export type Gatherer<Name extends FactName, Needed extends FactName = FactName> = {
  readonly needs: readonly Needed[];
  /** `aside`: takes one processor for seconds or longer, and runs no code of the project. `heavy`: runs the project's code. */
  readonly cost: 'light' | 'aside' | 'heavy';
  /** Begins at once what it will need and what runs no code of the change, where that is wanted. Its faults show in `gather`. */
  begin?(to: Gathering): Begun | undefined;
  gather(to: Gathering<Needed>): Promise<Facts[Name]>;
};

/** A gatherer whose needs are checked where they are used. */
export function gatherer<Name extends FactName>() {
  return <Needed extends FactName = never>(made: Gatherer<Name, Needed>): Gatherer<Name, Needed> => made;
}
