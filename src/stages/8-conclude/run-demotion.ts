import type { Cost } from '../../domain/blame.ts';
import type { StageContext } from '../../domain/stage.ts';
import type { Journal } from '../../ports/journal.ts';
import { demoteStep, demotionOf, wasMet } from '../../views/autonomy.ts';

export type DemotionPorts = { readonly journal: Pick<Journal, 'append' | 'read'> };

/**
 * What failed costs its class at once: nothing waits for a checkpoint, since less autonomy harms nobody. The event is
 * one, however often the step runs.
 */
export async function demote(ctx: StageContext, { journal }: DemotionPorts, cost: Cost): Promise<void> {
  const { id: change } = ctx;
  if (cost.onlyIfMet && !wasMet(await journal.read({ change, types: ['effect.intended'] }))) return;
  await ctx.closing(demoteStep, { class: cost.class, to: cost.to, code: cost.code }, async () => {
    await journal.append(demotionOf(cost, { change, actor: 'deployer' }));
    return {};
  });
}
