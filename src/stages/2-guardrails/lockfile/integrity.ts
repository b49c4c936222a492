import type { LockEntry } from '../../../domain/lockfile.ts';
import { counted } from '../../../domain/words.ts';
import { failing, guardrail, type Problem, type RegistryFacts } from '../facts.ts';
import { needsDiffer } from './needs.ts';

/** The digests and dependencies in the lockfile are those of the tarballs that the registry serves. */
export const integrity = guardrail('integrity', ['registry'], ({ registry }) => {
  const entries = registry.entries.filter((entry) => !entry.link && !entry.inBundle);
  const failure = failing(entries.flatMap((entry) => problemsOf(entry, registry)));
  if (failure !== undefined) return failure;
  return {
    verdict: 'pass',
    code: entries.length === 0 ? 'integrity.unchanged' : 'integrity.served',
    reason:
      entries.length === 0
        ? 'No package is new.'
        : `The registry serves ${counted(entries.length, 'new package')} with the digests of the lockfile.`,
    evidence: {
      packages: entries.length,
      digests: Object.fromEntries(
        entries.slice(0, 20).map((entry) => [keyOf(entry), entry.integrity ?? null]),
      ),
    },
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
  const locked = (entry.integrity ?? '').split(/\s+/);
  if (!served.integrity.startsWith('sha512-') || !locked.includes(served.integrity)) {
    const detail = `${keyOf(entry)} is locked with ${entry.integrity ?? 'no digest'}, the registry serves ${served.integrity}.`;
    return [{ code: 'integrity.differs', detail }];
  }
  return needsDiffer(entry, served);
}
