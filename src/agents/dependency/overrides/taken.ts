import { isRecord } from '../../../domain/npm/hostile-json.ts';
import type { PlannedUpdate } from '../choose/plan.ts';
import type { Declined } from '../choose/rules.ts';
import type { Project } from '../managers/run-read.ts';
import type { OwnOverride } from '../run-attempt.ts';
import { type Place, placeOf, textAt, valueAt } from './place.ts';

/** Why an override cannot stand where the manager reads it: what a person has written there is theirs. undefined: it can. Pure. */
export function whyTaken(
  project: Project,
  own: readonly OwnOverride[],
  { name, override }: Pick<PlannedUpdate, 'name' | 'override'>,
): Declined | undefined {
  for (const { name: below } of override?.below ?? []) {
    const place = placeOf(project, below, name);
    const text = textAt(project, place);
    const odd = oddParent(text, place);
    if (odd !== undefined) return invalid(place, odd);
    const there = valueAt(text, place);
    const isOwn = own.some((each) => each.name === name && each.below === below && each.version === there);
    if (there !== undefined && !isOwn) return theirs(place, there);
  }
  return undefined;
}

/** How many of the keys lead to what can hold no other keys. npm: a text below `overrides` holds for the package itself, and others beside it. */
function oddParent(text: string, { file, keys }: Place): number | undefined {
  const counts = keys.map((_, at) => at).filter((at) => at > 0);
  return counts.find((count) => {
    const value = valueAt(text, { file, keys: keys.slice(0, count) });
    const isVersion = typeof value === 'string' && keys[0] === 'overrides' && count === 2;
    return value !== undefined && !isRecord(value) && !isVersion;
  });
}

function invalid({ file, keys }: Place, count: number): Declined {
  const at = keys.slice(0, count).join('.');
  return { code: 'manifest.invalid', reason: `${file}: expected keys and values at ${at}, for an override.` };
}

function theirs({ file, keys }: Place, there: unknown): Declined {
  const reason = `${file} overrides it already: ${keys.join(' > ')} is ${JSON.stringify(there)?.slice(0, 100)}. Raise it there.`;
  return { code: 'dependency.overridden', reason };
}
