import type { Mark, MarkKind } from './mark.ts';
import type { PackageProfile } from './profile.ts';

/** Marks that are to be compared with each other. */
export type Part = {
  /** Of each old version. */
  readonly old: readonly (readonly Mark[])[];
  readonly now: readonly Mark[];
  /** Whether they are in files that are loaded, or may be. */
  readonly loaded: boolean;
};

/**
 * What is loaded is compared with what was loaded: a capability that the build script had is new where it moves into
 * the library. Where it is not known what the new version loads, files that were idle are compared apart, and count.
 */
export function partsOf(
  old: readonly PackageProfile[],
  now: PackageProfile,
  closed: boolean,
): readonly Part[] {
  const everything = { old: old.map(({ marks }) => marks), now: now.marks, loaded: true };
  if (!closed) return [everything];
  if (now.idle !== undefined) {
    const [loaded, idle] = split(now.marks, new Set(now.idle));
    const wasLoaded = old.map((one) => split(one.marks, new Set(one.idle))[0]);
    return [
      { old: wasLoaded, now: loaded, loaded: true },
      { old: everything.old, now: idle, loaded: false },
    ];
  }
  const wasIdle = new Set(old.flatMap(({ idle }) => idle ?? []));
  const before = old.map(({ marks }) => split(marks, wasIdle));
  const after = split(now.marks, wasIdle);
  return [
    { old: before.map(([outside]) => outside), now: after[0], loaded: true },
    { old: before.map(([, inside]) => inside), now: after[1], loaded: true },
  ];
}

/** What matters although nobody loads it as code: it may be read, linked or started. */
const always: ReadonlySet<MarkKind> = new Set<MarkKind>(['binary', 'image', 'invisible-unicode', 'link']);

function split(
  marks: readonly Mark[],
  paths: ReadonlySet<string>,
): readonly [outside: readonly Mark[], inside: readonly Mark[]] {
  const isInside = ({ kind, path }: Mark) => paths.has(path) && !always.has(kind);
  return [marks.filter((mark) => !isInside(mark)), marks.filter(isInside)];
}
