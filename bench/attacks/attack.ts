export type Release = {
  /** Further fields of its package.json. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Besides, or instead of, those of the plain release. */
  readonly files?: Readonly<Record<string, string>>;
  /** Days since it was published. */
  readonly daysOld?: number;
};

/** The files of a commit by path; null: it has none. `!` before the text: executable; `->` before it: a link. */
export type Files = Readonly<Record<string, string | null>>;

/** One attempt to get something bad merged. Nothing in it does harm: hosts end in `.invalid`, and nothing is run outside the sandbox. */
export type Attack = {
  readonly name: string;
  readonly family: Family;
  /** What the author hopes for, in a sentence. */
  readonly how: string;
  /** What the package was before, where that matters. */
  readonly before?: Release;
  /** What its next release holds. Without one, the change is no update. */
  readonly release?: Release;
  /** Further packages that the registry has, with the lockfile entries that npm would write for them. */
  readonly also?: Readonly<Record<string, Release>>;
  /** Alters the commit that npm would have made. */
  readonly change?: (files: Readonly<Record<string, string>>) => Files;
};

export const families = [
  'install script',
  'lockfile',
  'obfuscation',
  'exfiltration',
  'patching',
  'hidden payload',
  'test gaming',
  'prompt text',
  'release',
] as const;
export type Family = (typeof families)[number];
