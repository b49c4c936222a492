import type { Ledger } from './ledger.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Digests that must stay: what runs or may run again, the newest few, and all that are young. */
export function releasesToKeep(
  ledger: Ledger,
  retention: { readonly releases: number; readonly days: number },
  now: Date,
): ReadonlySet<string> {
  const all = [...ledger.changes.values()].filter(({ releases }) => releases.length > 0);
  const kept = new Set<string>();
  for (const { stable, previous } of ledger.production.values()) {
    kept.add(stable.digest);
    if (previous !== null) kept.add(previous.digest);
  }
  for (const [index, change] of all.reverse().entries()) {
    const age = now.getTime() - Date.parse(change.concludedAt ?? now.toISOString());
    const stays = change.conclusion === null || index < retention.releases || age < retention.days * dayMs;
    if (stays) for (const { digest } of change.releases) kept.add(digest);
  }
  return kept;
}
