import { isProject, type Lockfile } from '../../../domain/lockfile.ts';
import { counted } from '../../../domain/words.ts';
import { dayMs } from '../ask.ts';
import type { Declined, UpdateRules } from '../choose/rules.ts';

export type LockedVersion = { readonly name: string; readonly version: string };

/** A version that an update locks, and when it was published; undefined: the registry does not say. */
export type BroughtVersion = LockedVersion & { readonly publishedAt: string | undefined };

/** The versions that a lockfile holds and the one before did not, wherever it had them. */
export function newlyLocked(before: Lockfile, after: Lockfile): readonly LockedVersion[] {
  const known = new Set(versionsIn(before).map(keyOf));
  const found = new Map(versionsIn(after).map((each) => [keyOf(each), each]));
  return [...found].flatMap(([key, each]) => (known.has(key) ? [] : [each]));
}

const keyOf = ({ name, version }: LockedVersion) => `${name}@${version}`;

function versionsIn({ entries }: Lockfile): readonly LockedVersion[] {
  return [...entries.values()].flatMap(({ path, name, version, link }) =>
    isProject(path) || link || version === undefined ? [] : [{ name, version }],
  );
}

/** Which versions are too young to come with an update, and until when it waits. Pure; undefined: none is. */
export function waitsFor(brought: readonly BroughtVersion[], rules: UpdateRules): Declined | undefined {
  const unknown = brought.filter(({ publishedAt }) => Number.isNaN(Date.parse(publishedAt ?? '')));
  if (unknown.length > 0) {
    const reason = `It brings ${told(unknown.map(keyOf))}, and when that was published is unknown.`;
    return { code: 'dependency.age-unknown', reason };
  }
  const young = brought
    .map((each) => ({ key: keyOf(each), until: oldEnoughAt(each.publishedAt ?? '', rules) }))
    .filter(({ until }) => until > rules.asOf.getTime())
    .sort((a, b) => b.until - a.until);
  const [last] = young;
  if (last === undefined) return undefined;
  const until = new Date(last.until).toISOString();
  const reason = `It brings ${told(young.map(({ key }) => key))}, less than ${counted(rules.minimumAgeDays, 'day')} old; it waits until ${until}.`;
  return { code: 'dependency.brings-too-young', reason, until };
}

/** Milliseconds since 1970 from which on a version may be proposed. */
export function oldEnoughAt(publishedAt: string, { minimumAgeDays }: UpdateRules): number {
  return Date.parse(publishedAt) + minimumAgeDays * dayMs;
}

const most = 5;

function told(keys: readonly string[]): string {
  const more = keys.length > most ? ` and ${keys.length - most} more` : '';
  return `${keys.slice(0, most).join(', ')}${more}`;
}
