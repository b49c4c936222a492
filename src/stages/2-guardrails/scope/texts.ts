import type { HiddenText } from './hidden-text.ts';

export type AddressedText = { readonly path: string; readonly line: number; readonly quote: string };

/** What the changed files hold, and how they lie among all others. Cost: some reads. */
export type TextFacts = {
  /** In lines that the base does not have. */
  readonly hidden: readonly HiddenText[];
  /** New lines of code that speak to a model or a reviewer; documents have a guardrail of their own. */
  readonly addressed: readonly AddressedText[];
  /** Files that say of themselves that a program writes them. */
  readonly generated: readonly string[];
  /** Changed text that was not read: too large, too many, or not UTF-8. */
  readonly unread: readonly string[];
  /** Of the head's paths: groups that are one file where a file system does not tell case or form apart. */
  readonly clashes: readonly (readonly string[])[];
  readonly newlyExecutable: readonly string[];
};

/** Groups of `paths` that fold to one, of which a changed path is part. */
export function clashesOf(paths: readonly string[], changed: ReadonlySet<string>): readonly string[][] {
  const groups = Map.groupBy(paths, (path) => path.normalize('NFC').toLowerCase());
  return [...groups.values()].filter((group) => group.length > 1 && group.some((path) => changed.has(path)));
}
