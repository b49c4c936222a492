import type { ChangeClass } from '../../domain/change.ts';
import { type Ask, type AskOrder, type LensName, lensNames } from '../../domain/judgement.ts';

/** Asked of every change. */
const always: readonly LensName[] = ['correctness', 'security', 'operations'];

const ofClass: { readonly [C in ChangeClass]?: readonly LensName[] } = {
  docs: ['documentation'],
  'dependency-patch': ['dependency'],
  'dependency-minor': ['dependency'],
  'dependency-security': ['dependency'],
  'flag-addition': ['flags'],
  'flag-removal': ['flags'],
};

/** `more`: what the configuration asks of the class besides. */
export function lensesFor(changeClass: ChangeClass, more: readonly LensName[] = []): readonly LensName[] {
  const wanted = new Set([...always, ...(ofClass[changeClass] ?? []), ...more]);
  return lensNames.filter((name) => wanted.has(name));
}

/** Each lens in both orders, and one look for text that speaks to a reviewer, of each model. */
export function planAsks(models: readonly string[], lenses: readonly LensName[]): readonly Ask[] {
  const orders: readonly AskOrder[] = ['plain', 'swapped'];
  return models.flatMap((model) => [
    { model, lens: 'instructions' as const, order: 'plain' as const },
    ...lenses.flatMap((lens) => orders.map((order) => ({ model, lens, order }))),
  ]);
}
