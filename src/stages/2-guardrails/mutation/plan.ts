import { createHash } from 'node:crypto';
import type { ChangeClass, FileChange } from '../../../domain/change.ts';
import type { Instrumentation, Mutant, MutationRun } from '../../../domain/mutation.ts';
import { isTestFile } from '../../../domain/test-file.ts';
import type { BoundaryPlan } from './boundary/plan.ts';
import { switchesOn } from './flag-guards.ts';

export type MutationSettings = {
  /** The most mutants that are tried; 0: the guardrail is switched off. */
  readonly mutants: number;
  /** No mutant is begun after this long. */
  readonly seconds: number;
  /** Over the limit a sample of `mutants` is tried; false: a person decides. */
  readonly sample: boolean;
  /** StrykerJS's names of kinds of mutants that are not made, such as `StringLiteral`. */
  readonly skip: readonly string[];
};

export type MutationPlan = {
  /** All of the changed lines, but for those that are skipped. */
  readonly mutants: readonly Mutant[];
  /** Those that the source asks not to make. */
  readonly silenced: readonly Mutant[];
  /** How many are left out because of their kind. */
  readonly skipped: number;
  readonly unreadable: readonly string[];
  readonly limit: number;
  /** To be tried, in the order of the source. */
  readonly chosen: readonly Mutant[];
};

/** What becomes of a project's tests when the lines that change are wrong. Cost: a run of the tests for each fault. */
export type MutationFacts =
  | { readonly kind: 'switched-off' }
  | { readonly kind: 'no-tests' }
  /** No source file changes that the tests could judge. */
  | { readonly kind: 'no-source' }
  /** Packages change, and could not be watched: their tests fail, or do so when they are watched. */
  | { readonly kind: 'unwatched'; readonly why: 'disturbed' | 'not-run' }
  /** Packages change, and nothing else. */
  | { readonly kind: 'boundary'; readonly plan: BoundaryPlan; readonly run: MutationRun | undefined }
  /** `run` is undefined where the plan chose nothing. */
  | { readonly kind: 'planned'; readonly plan: MutationPlan; readonly run: MutationRun | undefined };

/**
 * `lint` and `flag-removal` are known to leave each program as it was, or as it was for everybody; `revert` brings back what
 * was there; the others bring no code.
 */
const judged: ReadonlySet<ChangeClass> = new Set(['flag-addition', 'crash-fix', 'other']);

/** The files of a change in which faults can be made: source files as they will be, no tests, no types alone. */
export function mutableFiles(changeClass: ChangeClass, files: readonly FileChange[]): readonly FileChange[] {
  if (!judged.has(changeClass)) return [];
  return files.filter(
    ({ path, status, kind }) =>
      status !== 'deleted' &&
      (kind === 'file' || kind === 'executable') &&
      /\.[cm]?[jt]sx?$/i.test(path) &&
      !/\.d\.[cm]?ts$/i.test(path) &&
      !isTestFile(path),
  );
}

type Choice = {
  /** The same for the same tree, so that asking again gives no other sample. */
  readonly seed: string;
  /** Flags that the change adds. */
  readonly flags: readonly string[];
};

export function planOf(
  { files, unreadable }: Pick<Instrumentation, 'files' | 'unreadable'>,
  settings: MutationSettings,
  { seed, flags }: Choice,
): MutationPlan {
  const all = files.flatMap((file) => file.mutants);
  const wanted = all.filter(
    (mutant) => !settings.skip.includes(mutant.mutator) && !switchesOn(mutant, flags),
  );
  const mutants = wanted.filter(({ silenced }) => !silenced);
  const silenced = wanted.filter((mutant) => mutant.silenced);
  const plan = {
    mutants,
    silenced,
    skipped: all.length - wanted.length,
    unreadable,
    limit: settings.mutants,
  };
  // A person decides whatever the tests notice: running them would be time lost.
  const isOpen = unreadable.length > 0 || silenced.length > 0;
  if (isOpen) return { ...plan, chosen: [] };
  if (mutants.length <= settings.mutants) return { ...plan, chosen: mutants };
  return { ...plan, chosen: settings.sample ? sampleOf(mutants, settings.mutants, seed) : [] };
}

function sampleOf(mutants: readonly Mutant[], count: number, seed: string): readonly Mutant[] {
  const rank = ({ id }: Mutant): string => createHash('sha256').update(`${seed}\0${id}`).digest('hex');
  const ranked = mutants.map((mutant) => ({ mutant, rank: rank(mutant) }));
  const first = ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, count);
  const chosen = new Set(first.map(({ mutant }) => mutant));
  return mutants.filter((mutant) => chosen.has(mutant));
}
