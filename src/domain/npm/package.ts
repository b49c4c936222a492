/** What a registry says about one version. Absent fields mean that the registry does not serve them. */
export type RegistryVersion = {
  readonly version: string;
  /** RFC 3339; undefined: the registry gives no time, so its age is unknown. */
  readonly publishedAt: string | undefined;
  readonly deprecated: boolean;
};

export type RegistryPackage = {
  readonly name: string;
  /** Ascending by semver. */
  readonly versions: readonly RegistryVersion[];
  readonly latest: string | undefined;
};

export type PackageManifest = {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly scripts: Readonly<Record<string, string>>;
  /** Without those that are optional too: npm takes them for optional. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  /** Those of `peerDependencies` that need not be there. */
  readonly optionalPeers: readonly string[];
  /** A binding.gyp makes npm run node-gyp at installation without any script. */
  readonly hasGypFile: boolean;
  readonly about: PackageAbout;
  /** What Yarn 4 would write for this tarball (`10c0/…`); undefined: it holds what cannot be told in advance. */
  readonly yarnChecksum: string | undefined;
};

/** What lockfiles repeat of a package's manifest. */
export type PackageAbout = {
  /** Command -> file inside the package, as npm reads them. */
  readonly bin: Readonly<Record<string, string>>;
  /** Every file in it is a command: `directories.bin`. */
  readonly binFolder: string | undefined;
  readonly os: readonly string[];
  readonly cpu: readonly string[];
  readonly libc: readonly string[];
  /** As JSON with sorted keys; undefined: it names none. */
  readonly engines: string | undefined;
  /** Named in `peerDependenciesMeta` as optional, and not in `peerDependencies`. */
  readonly impliedPeers: readonly string[];
  /** Names of the packages that are inside its tarball. */
  readonly bundles: readonly string[];
  /** It brings an npm-shrinkwrap.json, which npm follows. */
  readonly hasShrinkwrap: boolean;
};
