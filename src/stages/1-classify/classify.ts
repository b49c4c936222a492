import type { FileChange, PackageChange } from '../../domain/change.ts';
import type { Lockfile } from '../../domain/lockfile.ts';
import { packageChanges } from '../../domain/lockfile.ts';
import type { Manifest } from '../../domain/npm/manifest.ts';
import { byText } from '../../domain/npm/order.ts';
import { compilePattern } from '../../domain/path-pattern.ts';
import type { Classification } from '../../domain/stage.ts';
import type { SyntaxComparison } from '../../domain/syntax.ts';
import { type CrashClaim, ruleCrashFix } from './crash-fix.ts';
import { ruleDependencies, touchesDependencies } from './dependencies.ts';
import { type DocumentReaders, ruleDocs } from './docs.ts';
import type { FlagFacts } from './flag-facts.ts';
import { ruleFlags } from './flags.ts';
import { ruleLint } from './lint.ts';
import { isDocumentPath, isProtectedPath, isSourcePath } from './paths.ts';
import type { Ruling } from './ruling.ts';

/** What the diff is, as data. A lockfile that is absent, or that the diff has nothing to do with, is undefined. */
export type ClassifyInput = {
  readonly files: readonly FileChange[];
  readonly baseLock: Lockfile | undefined;
  readonly headLock: Lockfile | undefined;
  /** The names of all lockfiles at the root of base and head; empty where the diff touches none. */
  readonly lockfiles: readonly (readonly string[])[];
  /** The changed package.json files. */
  readonly manifests: ReadonlyMap<string, { readonly base?: Manifest; readonly head?: Manifest }>;
  /** What could not be read of the above, such as a package.json that is not JSON: makes the class `other`. */
  readonly unreadable: readonly string[];
  readonly readers: DocumentReaders;
  readonly syntax: ReadonlyMap<string, SyntaxComparison>;
  /** undefined: nothing that changes asks a flag, before or after. */
  readonly flags: FlagFacts | undefined;
  /** Patterns of the project itself, besides the paths that are always protected. */
  readonly protectedPatterns: readonly string[];
  /** Given when the change claims to undo a commit: whether the tree is what undoing it gives. */
  readonly revert: undefined | { readonly of: string; readonly equal: boolean };
  /** Given when the change claims to mend a crash. */
  readonly crash: CrashClaim | undefined;
};

/** The kind of files that a diff consists of; only one kind of rule can apply to it. */
export function kindOfDiff(files: readonly FileChange[]): 'dependencies' | 'docs' | 'source' | 'mixed' {
  if (files.length === 0) return 'mixed';
  if (files.every(touchesDependencies)) return 'dependencies';
  if (files.every((file) => isDocumentPath(file.path))) return 'docs';
  return files.every((file) => isSourcePath(file.path)) ? 'source' : 'mixed';
}

/** The class by what the diff does, never by what it says. Anything not understood is `other`. */
export function classify(
  input: ClassifyInput,
): Pick<Classification, 'class' | 'reasons' | 'packages' | 'protectedPaths'> {
  const packages =
    input.baseLock === undefined || input.headLock === undefined
      ? []
      : packageChanges(input.baseLock, input.headLock);
  const touched = input.files.flatMap((file) => [
    file.path,
    ...(file.oldPath === undefined ? [] : [file.oldPath]),
  ]);
  const extra = input.protectedPatterns.map(compilePattern);
  const protectedPaths = [...new Set(touched.filter((path) => isProtectedPath(path, extra)))].sort(byText);
  return { ...rule(input, packages, protectedPaths), packages, protectedPaths };
}

function rule(
  input: ClassifyInput,
  packages: readonly PackageChange[],
  protectedPaths: readonly string[],
): Ruling {
  const unreadable = input.unreadable[0];
  if (unreadable !== undefined) return { class: 'other', reasons: [unreadable] };
  if (protectedPaths.length > 0) {
    return {
      class: 'other',
      reasons: [`It touches protected paths: ${protectedPaths.slice(0, 5).join(', ')}.`],
    };
  }
  if (input.revert?.equal === true) {
    return { class: 'revert', reasons: [`Its tree is exactly what undoing ${input.revert.of} gives.`] };
  }
  const note =
    input.revert === undefined ? [] : [`It is not what undoing ${input.revert.of} on this tip gives.`];
  const ruling = ruleByKind(input, packages);
  return { class: ruling.class, reasons: [...ruling.reasons, ...note] };
}

/** What leaves the program as it was is known best; a claim comes last. */
function ruleSource({ files, syntax, flags, crash }: ClassifyInput): Ruling {
  const lint = ruleLint(files, syntax);
  if (lint.class === 'lint') return lint;
  const others = [flags && ruleFlags(files, flags), crash && ruleCrashFix(files, crash)];
  const rulings = others.filter((ruling) => ruling !== undefined);
  const reasons = rulings.flatMap((ruling) => ruling.reasons);
  return (
    rulings.find((ruling) => ruling.class !== 'other') ?? { ...lint, reasons: [...lint.reasons, ...reasons] }
  );
}

function ruleByKind(input: ClassifyInput, packages: readonly PackageChange[]): Ruling {
  switch (kindOfDiff(input.files)) {
    case 'dependencies':
      return ruleDependencies({ ...input, packages });
    case 'docs':
      return ruleDocs(input.files, input.readers);
    case 'source':
      return ruleSource(input);
    case 'mixed':
      return {
        class: 'other',
        reasons: ['It changes files of more than one kind, or of a kind that no class covers.'],
      };
  }
}
