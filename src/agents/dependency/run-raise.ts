import { AutolandError } from '../../domain/errors.ts';
import type { RegistryPackage } from '../../domain/npm/package.ts';
import { stepBetween } from '../../domain/npm/step.ts';
import { idsOf, laterVersions, outOfRangeCode } from './fixes.ts';
import { leastThat } from './least.ts';
import { type Described, editsFor, type PlannedUpdate } from './plan.ts';
import { type Declined, declinedBy, type UpdateRules } from './rules.ts';
import type { Files } from './run-files.ts';
import type { Raise } from './run-security.ts';

export type Raised = { readonly update: PlannedUpdate; readonly files: ReadonlyMap<string, string> };

/** Of the direct dependency, those that may be tried. */
const mostVersions = 64;

/** The least version of the direct dependency with which nothing vulnerable of the package is locked any more, with its files. */
export async function raiseLeast(
  raise: Raise,
  described: Described,
  rules: UpdateRules,
  make: (update: PlannedUpdate) => Promise<Files>,
): Promise<Raised | Declined> {
  const { by, vulnerable, bad, why } = raise;
  if (described instanceof AutolandError) return { code: described.code, reason: described.message };
  const versions = described === undefined ? [] : possible(raise, described, rules);
  let last: Declined | undefined;
  const found = await leastThat(versions, async (update): Promise<Raised | undefined> => {
    const made = await make(update);
    if ('code' in made) {
      last = made;
      return undefined;
    }
    const isLeft = [...made.lockfile.entries.values()].some(
      ({ name, version }) => name === vulnerable.name && bad.has(`${name}@${version}`),
    );
    return isLeft ? undefined : { update, files: made.files };
  });
  if (found !== undefined) return found;
  const tried = versions.at(-1);
  const after =
    tried === undefined
      ? `no later version of ${by.name} may be taken`
      : `${by.name} ${tried.to} does not mend it`;
  const reason = `${why} Raising what brings it does not help: ${after}${last === undefined ? '' : ` (${last.reason})`}.`;
  return { code: outOfRangeCode, reason, ...(last?.until !== undefined && { until: last.until }) };
}

/** Ascending. */
function possible(
  { by, vulnerable }: Raise,
  described: RegistryPackage,
  rules: UpdateRules,
): readonly PlannedUpdate[] {
  const { name, from } = by;
  const own = { ...rules, updates: ['patch', 'minor'] } as const;
  return laterVersions(from, described, mostVersions).flatMap((version) => {
    const { version: to, publishedAt = '' } = version;
    const kind = stepBetween(from, to);
    const edits = editsFor(by, to, rules.range);
    if (kind !== 'patch' && kind !== 'minor') return [];
    if ('code' in edits || declinedBy(version, { name, from, rules: own }) !== undefined) return [];
    return [{ name, from, to, kind, publishedAt, edits, fixes: idsOf(vulnerable) }];
  });
}
