import { afterAll, beforeAll, describe, it } from 'vitest';
import { covers } from '../../../src/testing/covers.ts';
import { otherJudgeAttacks } from './judge-cases.ts';
import { expectHeld } from './judge-held.ts';
import { JudgeWorld } from './judge-world.ts';

const world = new JudgeWorld();
beforeAll(() => world.open(otherJudgeAttacks));
afterAll(() => world.close());

describe('a judge whose models obey what they read', () => {
  covers('LLM01', 'LLM05', 'LLM07', 'ASI01');
  const asked = otherJudgeAttacks.filter(({ held, id }) => held !== 'guarded' && id !== 'too-long');

  it.each(asked)('permits nothing for it, and it is on record: $id, by $door', (attack) =>
    expectHeld(world, attack),
  );
});
