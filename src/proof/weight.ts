import { type Procedure, Unsupported } from './core.ts';

const most = 50_000;

/**
 * Counts the steps of a run at most, calls included. Throws Unsupported when they are too many: in a chain of functions
 * that each call the next one twice, they double with each.
 */
export function weigh(program: object, weights: ReadonlyMap<Procedure, number>): number {
  let weight = 0;
  const pending: unknown[] = [program];
  while (pending.length > 0) {
    const item = pending.pop();
    if (typeof item !== 'object' || item === null) continue;
    const callee = 'callee' in item ? (item.callee as Procedure) : undefined;
    weight += 1 + (callee === undefined ? 0 : (weights.get(callee) ?? most));
    if (weight >= most) throw new Unsupported('it has too many steps');
    for (const [field, value] of Object.entries(item)) if (field !== 'callee') pending.push(value);
  }
  return weight;
}
