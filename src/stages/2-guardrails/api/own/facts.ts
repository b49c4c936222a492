import type { ApiComparison } from '../../../../domain/api.ts';
import type { ChangeClass } from '../../../../domain/change.ts';
import type { PackageShape } from '../shape.ts';

/** What the repository's own packages promised to who uses them, and what they promise now. Cost: reads, a type checker. */
export type OwnApiFacts = {
  readonly class: ChangeClass;
  /** Those that others can install, and of which the change touches what they promise. */
  readonly packages: readonly OwnPackage[];
  /** Folders of such packages that were not compared, because there are too many. */
  readonly omitted: readonly string[];
};

export type OwnPackage = {
  readonly name: string;
  /** '': the root of the repository. */
  readonly folder: string;
  readonly outcome: OwnOutcome;
};

export type OwnOutcome =
  /** It cannot be installed any more. */
  | { readonly kind: 'unpublished'; readonly detail: string }
  | { readonly kind: 'unknown'; readonly detail: string }
  | {
      readonly kind: 'compared';
      /** With the files that a build is taken to make. */
      readonly old: PackageShape;
      readonly now: PackageShape;
      /** Subpaths that patterns of `exports` lead to. */
      readonly wanted: readonly string[];
      /** Subpaths whose code the repository holds. */
      readonly committed: readonly string[];
      /** null: nothing of what it names is in the repository. */
      readonly comparison: OwnComparison | null;
    };

export type OwnComparison = {
  /** The names that code exports; undefined: they could not be found out. */
  readonly names: ApiComparison | undefined;
  /** What declarations say; undefined: it could not be found out. */
  readonly types: ApiComparison | undefined;
  /** `sources`: the declarations are TypeScript that runs. */
  readonly basis: 'declarations' | 'sources';
  /** Subpaths that lead to declarations in the repository. */
  readonly declared: readonly string[];
  /** A declaration differs, or what leads to them. */
  readonly touched: boolean;
};
