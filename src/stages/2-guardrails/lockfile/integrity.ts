import type { LockEntry } from '../../../domain/lockfile.ts';
import type { PackageManifest } from '../../../domain/npm/package.ts';
import { counted } from '../../../domain/words.ts';
import { type Finding, failing, guardrail, type Problem, type RegistryFacts } from '../facts.ts';
import { bringsItsOwnLock, claimsDiffer } from './claims.ts';
import { needsDiffer } from './needs.ts';

/** The digests and manifests in the lockfile are those of the tarballs that the registry serves. */
export const integrity = guardrail('integrity', ['registry'], ({ registry }) => {
  const entries = registry.entries.filter((entry) => !entry.link && !entry.inBundle);
  const failure = failing(entries.flatMap((entry) => problemsOf(entry, registry)));
  if (failure !== undefined) return failure;
  const evidence = {
    packages: entries.length,
    digests: Object.fromEntries(
      entries.slice(0, 20).map((entry) => [keyOf(entry), entry.integrity ?? entry.checksum ?? null]),
    ),
  };
  const doubt = entries.flatMap((entry) => doubtOf(entry, registry) ?? [])[0];
  if (doubt !== undefined) return { ...doubt, verdict: 'abstain', evidence };
  return {
    verdict: 'pass',
    code: entries.length === 0 ? 'integrity.unchanged' : 'integrity.served',
    reason:
      entries.length === 0
        ? 'No package is new.'
        : `The registry serves ${counted(entries.length, 'new package')} with the digests of the lockfile.`,
    evidence,
  };
});

const keyOf = (entry: LockEntry): string => `${entry.name}@${entry.version ?? ''}`;

function problemsOf(entry: LockEntry, { versions }: RegistryFacts): readonly Problem[] {
  const served = versions.get(keyOf(entry))?.manifest;
  if (served === undefined) {
    return [{ code: 'integrity.unknown-version', detail: `The registry has no ${keyOf(entry)}.` }];
  }
  if (served.name !== entry.name || served.version !== entry.version) {
    const detail = `The tarball of ${keyOf(entry)} calls itself ${served.name}@${served.version}.`;
    return [{ code: 'integrity.other-package', detail }];
  }
  const digest =
    entry.dialect === 'yarn-berry' ? checksumDiffers(entry, served) : integrityDiffers(entry, served);
  return digest.length > 0 ? digest : [...needsDiffer(entry, served), ...claimsDiffer(entry, served)];
}

function integrityDiffers(entry: LockEntry, served: PackageManifest): readonly Problem[] {
  const locked = (entry.integrity ?? '').split(/\s+/);
  if (served.integrity.startsWith('sha512-') && locked.includes(served.integrity)) return [];
  const detail = `${keyOf(entry)} is locked with ${entry.integrity ?? 'no digest'}, the registry serves ${served.integrity}.`;
  return [{ code: 'integrity.differs', detail }];
}

/** Yarn digests a zip that it makes itself: of a plain tarball, without compression, it is known what that is. */
function checksumDiffers(entry: LockEntry, { yarnChecksum }: PackageManifest): readonly Problem[] {
  if (!isComparable(entry, yarnChecksum) || entry.checksum === yarnChecksum) return [];
  const detail = `${keyOf(entry)} is locked with ${entry.checksum}; of what the registry serves, Yarn makes ${yarnChecksum}.`;
  return [{ code: 'integrity.differs', detail }];
}

const plainZip = /^10c0\/[0-9a-f]{128}$/;

function isComparable({ checksum, path }: LockEntry, made: string | undefined): boolean {
  return made !== undefined && plainZip.test(checksum ?? '') && !path.includes('@patch:');
}

type Doubt = Pick<Finding, 'code' | 'reason'>;

function doubtOf(entry: LockEntry, { versions }: RegistryFacts): Doubt | undefined {
  const key = keyOf(entry);
  const served = versions.get(key)?.manifest;
  if (served === undefined) return undefined;
  if (entry.dialect === 'npm' && bringsItsOwnLock(served)) {
    return {
      code: 'integrity.own-lockfile',
      reason: `${key} brings an npm-shrinkwrap.json, which decides what else is installed.`,
    };
  }
  if (entry.dialect !== 'yarn-berry' || isComparable(entry, served.yarnChecksum)) return undefined;
  const why = entry.checksum === undefined ? 'has no checksum' : 'has a checksum that only Yarn can make';
  return {
    code: 'integrity.not-comparable',
    reason: `${key} ${why}: it cannot be compared with the registry's tarball.`,
  };
}
