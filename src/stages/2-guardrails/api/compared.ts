import type { ApiComparison } from '../../../domain/api.ts';
import type { Client } from './client.ts';
import type { PackageShape } from './shape.ts';

/** What each updated package promised, and what it promises now. Cost: tarballs, a parser, a type checker. */
export type ApiFacts = {
  readonly compared: readonly ComparedApi[];
  readonly client: Client;
  /** `name@version` of those that were not compared, because there are too many. */
  readonly omitted: readonly string[];
  /** It goes back to what the project ran with before: nothing was compared. */
  readonly revert?: true;
};

export type ComparedApi = {
  /** The package's own name. */
  readonly name: string;
  /** What imports call it: another name when it is aliased, or when it describes a package. */
  readonly importedAs: string;
  readonly from: string;
  readonly to: string;
  /** Named by the project itself. */
  readonly direct: boolean;
  /** Other packages load it too: what they take of it is not known. */
  readonly shared: boolean;
  /** undefined: it has no package.json that can be read, or the registry has no such version. */
  readonly old: PackageShape | undefined;
  readonly now: PackageShape | undefined;
  /** undefined: it could not be found out. */
  readonly comparison: ApiComparison | undefined;
};
