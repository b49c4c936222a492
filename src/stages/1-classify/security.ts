import type { PackageChange } from '../../domain/change.ts';
import type { Lockfile } from '../../domain/lockfile.ts';
import type { AdvisoryAnswer } from '../../domain/npm/advisories.ts';
import { printable } from '../../domain/printable.ts';
import type { Classification, FixedVersion } from '../../domain/stage.ts';
import { indirectMoves, type Move } from './indirect.ts';

type Ruled = Pick<Classification, 'class' | 'reasons' | 'packages'>;
type Locks = { readonly baseLock: Lockfile | undefined; readonly headLock: Lockfile | undefined };

/** Whether it is small enough for what it mends to matter: nothing else may land as an update for security. */
export function mayMend({ class: of }: Pick<Classification, 'class'>): boolean {
  return of === 'dependency-patch' || of === 'dependency-minor';
}

/** The versions that advisories have to be asked about, before and after. */
export function versionsToAsk(
  packages: readonly PackageChange[],
): readonly { name: string; version: string }[] {
  return packages.flatMap(({ name, from, to }) =>
    from === null || to === null ? [] : [from, to].map((version) => ({ name, version })),
  );
}

/**
 * An update for security: each package that it moves of its own accord mends a known vulnerability, or is the one by whose move
 * another is mended. One that brings anything else along stays what it was. Pure.
 */
export function withSecurity<T extends Ruled>(ruled: T, locks: Locks, answer: AdvisoryAnswer): T {
  const { baseLock, headLock } = locks;
  if (!mayMend(ruled) || baseLock === undefined || headLock === undefined) return ruled;
  const { carried, own } = indirectMoves(ruled.packages, baseLock, headLock);
  const direct = movesOf(ruled.packages.filter((each) => each.direct));
  const idsOf = (move: Move) => idsMended(move, answer);
  // Of two that move nobody knows which brings what.
  const brought = (direct.length === 1 ? carried : [])
    .map((move) => fixedBy(move, idsOf(move)))
    .filter(({ ids }) => ids.length > 0);
  const throughIt = brought.flatMap(({ ids }) => ids);
  const fixes: readonly FixedVersion[] = [
    ...direct.map((move) => fixedBy(move, [...idsOf(move), ...throughIt])),
    ...own.map((move) => fixedBy(move, idsOf(move))),
  ];
  if (fixes.length === 0 || fixes.some(({ ids }) => ids.length === 0)) return ruled;
  const told = fixes.map(({ name, version, ids }) => `${name} ${version} (${ids.join(', ')})`);
  const reason = `All of it mends what is known to be vulnerable: ${told.slice(0, 5).join(', ')}.`;
  return {
    ...ruled,
    class: 'dependency-security',
    reasons: [...ruled.reasons, reason],
    fixes: [...fixes, ...brought],
  };
}

function movesOf(packages: readonly PackageChange[]): readonly Move[] {
  return packages.flatMap(({ name, path, from, to }) =>
    from === null || to === null ? [] : [{ name, path, from, to }],
  );
}

function fixedBy({ name, to }: Move, ids: readonly string[]): FixedVersion {
  return { name, version: to, ids: [...new Set(ids)].slice(0, 10) };
}

/** What was known of the former version and is not of the new one, which must be free of everything. */
function idsMended({ name, from, to }: Move, { known, silent }: AdvisoryAnswer): readonly string[] {
  const after = `${name}@${to}`;
  if (silent.includes(after) || (known.get(after)?.length ?? 0) > 0) return [];
  return (known.get(`${name}@${from}`) ?? []).map(({ id }) => printable(id).slice(0, 100));
}
