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
};
