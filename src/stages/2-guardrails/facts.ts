import type { ChangeClass, FileChange, PackageChange } from '../../domain/change.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { LockEntry, Lockfile } from '../../domain/lockfile.ts';
import type { Manifest } from '../../domain/npm/manifest.ts';
import type { PackageManifest } from '../../domain/npm/package.ts';
import type { TestComparison } from '../../domain/test-comparison.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { AdvisoryFacts } from './advisories/facts.ts';
import type { ApiFacts } from './api/compared.ts';
import type { OwnApiFacts } from './api/own/facts.ts';
import type { BuildFacts } from './build/facts.ts';
import type { AmplifiedFacts, ReplayFacts } from './characterization/facts.ts';
import type { OwnFacts } from './characterization/own-files.ts';
import type { DocumentFacts } from './documentation/facts.ts';
import type { DriverFacts } from './drivers/facts.ts';
import type { FlagFacts } from './flag-off/facts.ts';
import type { LintFacts } from './lint/facts.ts';
import type { MutationFacts } from './mutation/plan.ts';
import type { PackageProofFacts } from './package-proofs/facts.ts';
import type { CriticalFacts, ProvedFacts } from './proof/facts.ts';
import type { ReproductionFacts } from './reproduction/facts.ts';
import type { TextFacts } from './scope/texts.ts';
import type { FoundSecret } from './secrets/texts.ts';
import type { PackageProfile } from './supply-chain/profile.ts';
import type { TestEdits } from './test-edits/edits.ts';
import type { OffTestFacts } from './tests/facts.ts';

/** The diff itself, and how large one may be. Cost: nothing. */
export type DiffFacts = {
  readonly class: ChangeClass;
  readonly files: readonly FileChange[];
  readonly protectedPaths: readonly string[];
  readonly limits: ScopeLimits;
};
export type ScopeLimits = {
  readonly maxFiles: number;
  readonly maxChangedLines: number;
  readonly maxDeletedLines: number;
  readonly maxFileKiB: number;
};

/** Both lockfiles and the project's manifests. Cost: some reads. */
export type LockFacts = {
  /** undefined: the side has no lockfile that can be read, or the change touches nothing that it speaks of. */
  readonly base: Lockfile | undefined;
  readonly head: Lockfile | undefined;
  /** By workspace path ('' = root); those of the head's lockfile whose package.json is there. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** URL prefixes, each ending in `/`. */
  readonly origins: readonly string[];
  readonly files: LockFiles;
};
export type LockFiles = {
  /** Lockfiles of any manager at the root, the one that counts first. */
  readonly base: readonly string[];
  readonly head: readonly string[];
  /** Lockfiles and manifests that the change touches, wherever they lie. */
  readonly touched: readonly string[];
};

/** What the registry says of the versions that the change brings, and of those that it replaces. */
export type RegistryFacts = {
  readonly packages: readonly PackageChange[];
  /** Entries that are new or not as they were in the base. */
  readonly entries: readonly LockEntry[];
  /** The base's versions of each name that is in `entries`. */
  readonly baseVersions: ReadonlyMap<string, readonly string[]>;
  /** By `name@version`. */
  readonly versions: ReadonlyMap<string, VersionFacts>;
  readonly ages: AgeRules;
};
export type VersionFacts = {
  /** undefined: the registry gives no time. */
  readonly publishedAt: string | undefined;
  /** From the tarball; undefined: the registry has no such version. */
  readonly manifest: PackageManifest | undefined;
};
export type AgeRules = {
  readonly minimumAgeDays: number;
  /** What holds for versions that mend a known vulnerability, by `name@version`; absent: there are none. */
  readonly fixes?: { readonly versions: ReadonlySet<string>; readonly minimumAgeDays: number };
  /** The moment that ages are counted from. */
  readonly asOf: Date;
};

/** What the versions that the change brings can do, and those that they replace. Cost: tarballs, and a parser. */
export type ContentsFacts = {
  /** It goes back to what has run before, which the lockfile's digests pin: nobody looked. */
  readonly revert?: true;
  readonly compared: readonly ComparedPackage[];
  /** Those that were not looked into, because there are too many. */
  readonly omitted: readonly string[];
};
export type ComparedPackage = {
  readonly name: string;
  readonly version: string;
  /** The base's versions of this name; empty: it is a new package, and all that it can do is new. */
  readonly old: readonly PackageProfile[];
  /** undefined: the registry has no such version. */
  readonly now: PackageProfile | undefined;
  /** Neither the project nor another package is seen to load a file inside it by name. */
  readonly closed: boolean;
};

/** Credentials that the change brings in, and what could not be looked into. Cost: its files and commits, and a scanner. */
export type SecretFacts = {
  readonly found: readonly FoundSecret[];
  readonly unread: readonly { readonly what: string; readonly why: string }[];
  /** New files whose names say that they hold credentials. */
  readonly keyFiles: readonly string[];
  /** New comments that tell scanners to look away. */
  readonly lookAways: readonly { readonly path: string; readonly line: number }[];
  readonly looked: { readonly files: number; readonly commits: number };
};

/** What happened before to the files that the change touches, and which of them are critical. Cost: two runs of git. */
export type HistoryFacts = {
  /** Of those files that people edit; a new file has none. */
  readonly touches: readonly { readonly author: string; readonly at: Date }[];
  /** How many commits were looked at, at most. */
  readonly commits: number;
  /** Of the changed paths, those that the configuration names. */
  readonly critical: readonly string[];
  /** The moment that ages are counted from. */
  readonly asOf: Date;
};

/** The project's tests on base and head. Cost: minutes. */
export type TestFacts =
  | { readonly configured: false }
  | ({
      readonly configured: true;
      readonly class: ChangeClass;
      readonly edits: TestEdits;
      /** Names of tests that do not count now. */
      readonly quarantined: ReadonlySet<string>;
      /** Absent: no code of the project that both sides have changes. */
      readonly own?: OwnFacts;
      /** Absent: it takes no test with it, and the tests of its class judge both sides. Else those that stay do. */
      readonly offTests?: OffTestFacts;
    } & TestComparison);

/** What a guardrail may ask for. A fact of some size has its type in the folder of the guardrail that it is for. */
export type Facts = {
  readonly diff: DiffFacts;
  readonly texts: TextFacts;
  readonly lock: LockFacts;
  readonly registry: RegistryFacts;
  readonly packageProofs: PackageProofFacts;
  readonly advisories: AdvisoryFacts;
  readonly contents: ContentsFacts;
  readonly secrets: SecretFacts;
  readonly documents: DocumentFacts;
  readonly history: HistoryFacts;
  readonly flags: FlagFacts;
  readonly critical: CriticalFacts;
  readonly proved: ProvedFacts;
  readonly api: ApiFacts;
  readonly ownApi: OwnApiFacts;
  readonly lint: LintFacts;
  readonly tests: TestFacts;
  readonly reproduced: ReproductionFacts;
  readonly replayed: ReplayFacts;
  readonly amplified: AmplifiedFacts;
  readonly mutation: MutationFacts;
  readonly build: BuildFacts;
  readonly drivers: DriverFacts;
};

export type FactName = keyof Facts;

export type Finding = {
  readonly verdict: Verdict;
  readonly code: string;
  readonly reason: string;
  readonly evidence: JsonObject;
};

/** Pure: the same facts give the same finding. To add one, write it and put it into all.ts. */
export type Guardrail = {
  readonly name: string;
  readonly needs: readonly FactName[];
  /** Answers undefined when a fact that it needs is not there. */
  check(facts: Partial<Facts>): Finding | undefined;
};

/** Ties a check to its facts, so that it sees those and no others. */
export function guardrail<Name extends FactName>(
  name: string,
  needs: readonly Name[],
  check: (facts: Pick<Facts, Name>) => Finding,
): Guardrail {
  const has = (facts: Partial<Facts>): facts is Partial<Facts> & Pick<Facts, Name> =>
    needs.every((need) => facts[need] !== undefined);
  return { name, needs, check: (facts) => (has(facts) ? check(facts) : undefined) };
}

export type Problem = { readonly code: string; readonly detail: string };

const shown = 10;

/** Fails with the first problem's code; evidence lists the first ten. No problem: undefined. */
export function failing(problems: readonly Problem[]): Finding | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return {
    verdict: 'fail',
    code: first.code,
    reason: `${first.detail.slice(0, 500)}${more}`,
    evidence: {
      problems: problems.slice(0, shown).map(({ code, detail }) => ({ code, detail: detail.slice(0, 300) })),
      count: problems.length,
    },
  };
}
