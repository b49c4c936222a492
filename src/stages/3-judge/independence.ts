import type { ChangeClass, Proposal } from '../../domain/change.ts';
import type { ChangeAuthor } from '../../domain/judgement.ts';
import type { ModelIdentity } from '../../domain/model.ts';
import { isRecord } from '../../domain/npm/hostile-json.ts';
import { byText } from '../../domain/npm/order.ts';
import { crashFixSource, dependencySource, revertSource } from '../../views/ledger.ts';

/** The families of the panel that are not the author's, each once. They alone count for "no objection"; anybody may veto. */
export function independentFamilies(
  panel: readonly Pick<ModelIdentity, 'family'>[],
  author: ChangeAuthor,
): readonly string[] {
  const families = [...new Set(panel.map(({ family }) => family))].toSorted(byText);
  return author.kind === 'model' ? families.filter((family) => family !== author.family) : families;
}

/** What agents of this program make without a model: whoever borrows the name for something else is somebody else. */
const programs: Readonly<Record<string, readonly ChangeClass[]>> = {
  [dependencySource]: ['dependency-patch', 'dependency-minor', 'dependency-security'],
  'agent:flag-removal': ['flag-removal'],
  'agent:docs': ['docs'],
  'agent:lint': ['lint'],
  // A template, a mutation or a revert; of what a model wrote, the record names its family.
  [crashFixSource]: ['crash-fix'],
  [revertSource]: ['revert'],
};

/**
 * Which model wrote it, by what its source says. That is not proved: who lies about its family gets a judge of its own family, and still
 * needs the others. A person who hands in what a model wrote counts as its author.
 */
export function authorOf(
  { source, record }: Pick<Proposal, 'source' | 'record'>,
  of: ChangeClass,
): ChangeAuthor {
  const { model } = record;
  const family = isRecord(model) && typeof model.family === 'string' ? model.family.trim().toLowerCase() : '';
  // Families are told apart by their names: one that cannot be a name is no family.
  if (/^[a-z][a-z0-9-]{0,39}$/.test(family)) return { kind: 'model', family };
  if (model !== undefined) return { kind: 'unknown' };
  const made = Object.hasOwn(programs, source) ? programs[source] : undefined;
  if (made !== undefined) return { kind: made.includes(of) ? 'nobody' : 'unknown' };
  return { kind: source.startsWith('person:') ? 'nobody' : 'unknown' };
}
