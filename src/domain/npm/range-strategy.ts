/**
 * What becomes of a range in a manifest when a version is updated. `bump`: it begins at the new version; `replace`: it stays where it
 * admits it, else it is one about the new version; `widen`: it admits all that it did, and the new version; `lockfile-only`: it stays.
 */
export const rangeStrategies = ['bump', 'replace', 'widen', 'lockfile-only'] as const;
export type RangeStrategy = (typeof rangeStrategies)[number];
