/** One file of a package as npm would install it. */
export type PackageFile = {
  /** Below the package's root, with `/`. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  /** sha256 of its bytes, hex. */
  readonly digest: string;
  readonly kind: 'text' | 'binary';
  /** The first bytes, hex. */
  readonly magic: string;
  /** undefined: binary, or beyond what is read. */
  readonly text: string | undefined;
};

/** What a version's tarball holds. Its links are listed here and never followed: npm leaves them out. */
export type PackageContents = {
  /** sha512 of the tarball, computed from its bytes. */
  readonly integrity: string;
  readonly files: readonly PackageFile[];
  readonly links: readonly string[];
};
