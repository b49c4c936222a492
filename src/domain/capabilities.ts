/** What a program can do, as its syntax shows it. */
export type CapabilityKind =
  | 'network'
  | 'exec'
  | 'eval'
  | 'dynamic-require'
  | 'global-patching'
  | 'file-writes'
  | 'environment'
  | 'host'
  /** A file of the package itself that is loaded by its name. */
  | 'load'
  /** A file inside a package, or a private name (`#…`), that is loaded by its name. */
  | 'inner';

export type Capability = {
  readonly kind: CapabilityKind;
  /** A module, a name, a host. */
  readonly what: string;
  /** From 1. */
  readonly line: number;
  readonly quote: string;
};

/** `id` is the asker's own; it comes back with the answer. */
export type SourceText = { readonly id: string; readonly path: string; readonly text: string };
