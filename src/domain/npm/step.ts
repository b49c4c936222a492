import semver from 'semver';

/** How far one version is from another. `breaking`: major, or what the caret calls breaking below 1.0.0. */
export type Step = 'none' | 'patch' | 'minor' | 'breaking' | 'downgrade' | 'prerelease' | 'invalid';

/** Below 1.0.0 as the caret range reads it: 0.x.y -> 0.x.z is a patch, 0.x -> 0.y and 0.0.x -> 0.0.y are breaking. */
export function stepBetween(from: string, to: string): Step {
  const a = semver.parse(from);
  const b = semver.parse(to);
  if (a === null || b === null) return 'invalid';
  const order = semver.compare(a, b);
  if (order === 0) return a.raw === b.raw ? 'none' : 'invalid';
  if (order > 0) return 'downgrade';
  if (a.prerelease.length > 0 || b.prerelease.length > 0) return 'prerelease';
  if (a.major !== b.major) return 'breaking';
  if (a.major === 0) return a.minor === b.minor && a.minor > 0 ? 'patch' : 'breaking';
  return a.minor === b.minor ? 'patch' : 'minor';
}
