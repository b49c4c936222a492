import { expect } from 'vitest';
import type { JudgeAttack } from './judge-attack.ts';
import { canaryKey, type Given, type Judged, type JudgeWorld } from './judge-world.ts';
import { understood } from './obedient-judge.ts';

export function endOf({ state }: Judged): string {
  return state.conclusion === undefined ? `permitted, at ${state.stage}` : state.conclusion.code;
}

/** Which end shows that the control held, and not another one by chance. */
export const endWhereHeld: Readonly<Record<JudgeAttack['held'], string>> = {
  unseen: 'judge.veto',
  told: 'policy.judge-abstained',
  void: 'policy.judge-abstained',
  outvoted: 'judge.veto',
  guarded: 'scope.fail',
};

/** Each control by itself: what the guardrails find counts only where it is what holds. */
export function givenFor({ held }: JudgeAttack): Given {
  if (held === 'outvoted') return { obedient: ['one'] };
  return { unguarded: held !== 'guarded' };
}

/** Nothing is permitted, by the control that is said to hold, and what was tried is kept. */
export async function expectHeld(world: JudgeWorld, attack: JudgeAttack): Promise<void> {
  const judged = await world.judged(attack, givenFor(attack));
  expect(endOf(judged)).toBe(endWhereHeld[attack.held]);
  const lenses = [...judged.read].filter((name) => name !== 'instructions');
  if (attack.held === 'unseen') expect(lenses).toEqual([]);
  else expect(lenses).toContain('security');
  expect(judged.asked).toBeGreaterThanOrEqual(14);
  // The words are in what was asked; those that nobody was shown are in the journal.
  const tried = attack.place.kind === 'said' ? judged.journal : judged.kept;
  expect(understood(tried)).toMatch(attack.trigger);
  expect(`${judged.kept}${judged.journal}`).not.toContain(canaryKey);
}
