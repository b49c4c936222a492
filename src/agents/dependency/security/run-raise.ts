import { AutolandError } from '../../../domain/errors.ts';
import type { RegistryPackage } from '../../../domain/npm/package.ts';
import { stepBetween } from '../../../domain/npm/step.ts';
import { printable } from '../../../domain/printable.ts';
import { type Described, editsFor, type PlannedUpdate } from '../choose/plan.ts';
import { type Declined, declinedBy, type UpdateRules } from '../choose/rules.ts';
import type { Files } from '../files/run-files.ts';
import type { Asker } from './askers.ts';
import { admitsAll, idsOf, laterVersions } from './fixes.ts';
import { leastThat } from './least.ts';
import { pinsOf, type Raisable, type Raise } from './plan-fixes.ts';

export type Raised = { readonly update: PlannedUpdate; readonly files: ReadonlyMap<string, string> };

/** What is known of a package that may be raised. */
export type Known = {
  readonly by: Raisable;
  readonly described: Described;
  /** Besides the project itself. */
  readonly askers: readonly Asker[] | AutolandError;
};

/** Of one package, those that may be tried. */
const mostVersions = 64;

/** Why raising a package does not help, as the end of a sentence. */
type Useless = { readonly why: string; readonly until?: string };

/** The least version of it with which nothing vulnerable of the other is locked any more, with its files. */
export async function raiseLeast(
  raise: Raise,
  { by, described, askers }: Known,
  rules: UpdateRules,
  make: (update: PlannedUpdate) => Promise<Files>,
): Promise<Raised | Useless> {
  for (const answer of [described, askers])
    if (answer instanceof AutolandError) return { why: `${by.name} is not known (${answer.message})` };
  if (askers instanceof AutolandError || described instanceof AutolandError || described === undefined)
    return { why: `the registry does not know ${by.name}` };
  const versions = possible(raise, { by, askers }, described, rules);
  let last: Declined | undefined;
  const found = await leastThat(versions, async (update): Promise<Raised | undefined> => {
    const made = await make(update);
    if ('code' in made) last = made;
    else if (isMended(raise, made)) return { update, files: made.files };
    return undefined;
  });
  return found ?? useless(by, versions.at(-1), last);
}

function isMended({ vulnerable, good }: Raise, { lockfile }: Exclude<Files, Declined>): boolean {
  const all = [...lockfile.entries.values()].filter(({ name }) => name === vulnerable.name);
  return all.every(({ version = '' }) => good.has(version));
}

function useless({ name }: Raisable, tried: PlannedUpdate | undefined, last: Declined | undefined): Useless {
  if (tried === undefined) return { why: `no later version of ${name} may be taken` };
  const reason = last === undefined ? '' : ` (${printable(last.reason)})`;
  return {
    why: `${name} ${tried.to} does not mend it${reason}`,
    ...(last?.until !== undefined && { until: last.until }),
  };
}

/** Ascending. What is only locked goes no further than all who ask for it admit. */
function possible(
  { vulnerable }: Raise,
  { by, askers }: { readonly by: Raisable; readonly askers: readonly Asker[] },
  described: RegistryPackage,
  rules: UpdateRules,
): readonly PlannedUpdate[] {
  const { name, from, uses } = by;
  const own = { ...rules, updates: ['patch', 'minor'] } as const;
  return laterVersions(from, described, mostVersions).flatMap((version) => {
    const { version: to, publishedAt = '' } = version;
    const kind = stepBetween(from, to);
    const edits = editsFor(by, to, rules.range);
    if ((kind !== 'patch' && kind !== 'minor') || 'code' in edits) return [];
    if (uses.length === 0 && !admitsAll(askers, to)) return [];
    if (declinedBy(version, { name, from, rules: own }) !== undefined) return [];
    const fixes = idsOf(vulnerable);
    return [{ name, from, to, kind, publishedAt, edits, fixes, pinned: pinsOf(askers, to) }];
  });
}
