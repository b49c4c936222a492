import type { ChangeAuthor } from '../../domain/judgement.ts';
import type { ModelIdentity } from '../../domain/model.ts';
import { byText } from '../../domain/npm/order.ts';

/** The families of the panel that are not the author's, each once. They alone count for "no objection"; anybody may veto. */
export function independentFamilies(
  panel: readonly Pick<ModelIdentity, 'family'>[],
  author: ChangeAuthor,
): readonly string[] {
  const families = [...new Set(panel.map(({ family }) => family))].toSorted(byText);
  return author.kind === 'model' ? families.filter((family) => family !== author.family) : families;
}
