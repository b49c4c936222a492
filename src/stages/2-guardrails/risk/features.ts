import type { ChangeClass, FileChange } from '../../../domain/change.ts';
import { isTestFile } from '../../../domain/test-file.ts';
import type { DiffFacts, HistoryFacts, RegistryFacts } from '../facts.ts';

/** What the score is made of. Each is such that more of it is never less risk. */
export type RiskFeatures = {
  readonly class: ChangeClass;
  /** Added and removed, lockfiles left out. */
  readonly lines: number;
  readonly files: number;
  readonly folders: number;
  /** Bits: how evenly the lines lie over the files. */
  readonly entropy: number;
  /** Commits that touched the files, of those looked at. */
  readonly touches: number;
  readonly authors: number;
  /** 0 to 1: how short ago the files were last touched; 0: never. */
  readonly recency: number;
  /** 0 to 1, of its weightiest file. */
  readonly criticality: number;
  /** Whether a file is of those that the configuration names as critical. */
  readonly isCritical: boolean;
  readonly packages: number;
  /** 0 to 1: how young the youngest version is; 1 also for a new package, or one of unknown age. */
  readonly novelty: number;
};

const lockfiles = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml)$/;
/** Machines touch these with each update, so their history tells of machines. */
const manifests = /(^|\/)package\.json$/;

export function hasTellingHistory(path: string): boolean {
  return !lockfiles.test(path) && !manifests.test(path);
}

type RiskFacts = {
  readonly diff: DiffFacts;
  readonly history: HistoryFacts;
  readonly registry: RegistryFacts;
};

export function featuresOf({ diff, history, registry }: RiskFacts): RiskFeatures {
  const counted = diff.files.filter(({ path }) => !lockfiles.test(path));
  const lines = counted.map(({ added, removed }) => added + removed);
  const paths = diff.files.map(({ path }) => path);
  return {
    class: diff.class,
    lines: sum(lines),
    files: counted.length,
    folders: new Set(counted.map(({ path }) => path.split('/').slice(0, -1).join('/'))).size,
    entropy: entropyOf(lines),
    ...historyOf(history),
    criticality: Math.max(0, ...diff.files.map(weightOf)),
    isCritical: diff.protectedPaths.length > 0 || paths.some((path) => history.critical.includes(path)),
    packages: registry.packages.length,
    novelty: noveltyOf(registry),
  };
}

/** Shannon's, as Kamei et al. (2013) measure how a change is spread. */
function entropyOf(lines: readonly number[]): number {
  const all = sum(lines);
  const shares = lines.map((count) => count / all).filter((share) => share > 0);
  return shares.reduce((bits, share) => bits - share * Math.log2(share), 0);
}

const dayMs = 24 * 60 * 60 * 1000;

function historyOf({ touches, asOf }: HistoryFacts): Pick<RiskFeatures, 'touches' | 'authors' | 'recency'> {
  const ages = touches.map(({ at }) => Math.max(0, asOf.getTime() - at.getTime()) / dayMs);
  const authors = new Set(touches.map(({ author }) => author)).size;
  return {
    touches: touches.length,
    authors,
    recency: Math.max(0, ...ages.map((days) => 1 / (1 + days / 30))),
  };
}

/** Ranks, no measures: what runs weighs more than what is read. */
function weightOf({ path }: FileChange): number {
  if (/\.(md|markdown|rst|adoc|txt)$/i.test(path)) return 0.1;
  if (isTestFile(path)) return 0.2;
  return lockfiles.test(path) || manifests.test(path) ? 0.3 : 0.5;
}

function noveltyOf({ packages, versions, ages }: RegistryFacts): number {
  const novelties = packages.flatMap(({ name, from, to }) => {
    if (to === null) return [];
    const published = Date.parse(versions.get(`${name}@${to}`)?.publishedAt ?? '');
    const days = Math.max(0, ages.asOf.getTime() - published) / dayMs;
    return [from === null || Number.isNaN(days) ? 1 : 1 / (1 + days / 7)];
  });
  return Math.max(0, ...novelties);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
