/**
 * One step of a client over the boundary of a watched package. Values are raw: neither the client's nor the package's
 * side of a proxy.
 */
export type Crossing = {
  readonly package: string;
  /** As the client wrote it, such as `semver.SemVer().compare`; `()` stands for an earlier call. */
  readonly path: string;
  /** What a client asks for and the properties from there on, such as `['lodash/fp', 'map']`; empty: below an earlier call. */
  readonly steps: readonly string[];
  readonly kind: 'call' | 'construct' | 'read';
  /** Empty for `read`. */
  readonly args: readonly unknown[];
  /** The call whose result this steps on from; undefined: an export. */
  readonly from: Crossing | undefined;
};

export type Settled = { readonly kind: 'resolve' | 'reject'; readonly value: unknown };

/**
 * What happens when a client crosses. One handler is in force for a process: `record` writes down what is seen; another may
 * answer something else (undefined, a throw, a changed value) to learn whether a test notices. A handler MUST NOT read
 * properties of values in ways that run code of theirs (getters, proxies), and MUST NOT let an error of its own out.
 */
export interface Handler {
  /** Only exports are of interest: what calls answer reaches the client as it is, and so do its promises and instances. */
  readonly exportsOnly?: true;
  /**
   * A function or a constructor is called. `proceed` runs the package's function, which may throw; call it once or not at
   * all. What this answers or throws is what the client gets, wrapped if it is of a kind that is wrapped.
   */
  call(crossing: Crossing, proceed: () => unknown): unknown;
  /** A property of an export or an instance is read, which may be a function. Answers what the client gets. */
  read(crossing: Crossing, value: unknown): unknown;
  /** A native promise that a call answered is settled. Answers or throws what the client's promise does. */
  settle?(crossing: Crossing, settled: Settled): unknown;
  /**
   * The package calls the client's function at argument `at` (`1`, or `0.decode` for an option). `proceed` runs it. With
   * this method or the next one, plain objects, arrays and functions are handed to the package behind proxies.
   */
  callback?(
    crossing: Crossing,
    called: { at: string; args: readonly unknown[] },
    proceed: () => unknown,
  ): unknown;
  /** The package reads an own property of an argument: `0.path`. */
  argumentRead?(crossing: Crossing, at: string): void;
  /** A client asks for a package: `proceed` loads it, or with `import` only finds it. Answers what `proceed` does. */
  loading?<Loaded>(name: string, proceed: () => Loaded): Loaded;
  /** A package was loaded by the client (`undefined`) or by another package. `version` is that of its package.json. */
  loaded?(load: Loaded): void;
  /** A call of the project's own answers an instance, or a promise of one, which the client gets as it is. */
  answered?(crossing: Crossing, instance: object): void;
  /** What a client gets of a file of the project, each time that one asks: more may be in it later. */
  exposed?(name: string, exports: object): void;
}

export type Loaded = {
  readonly package: string;
  readonly version: string | undefined;
  /** The package whose file asks for it; undefined: the project itself. */
  readonly by: string | undefined;
};
