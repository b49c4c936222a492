import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers } from '../../../src/testing/covers.ts';
import { mcpAttacks } from './mcp-cases.ts';
import { McpWorld } from './mcp-world.ts';

describe('what an agent hands in since it was told to', () => {
  covers('LLM06', 'ASI01', 'ASI04', 'ASI06');
  let world: McpWorld;
  beforeAll(async () => {
    world = await McpWorld.open();
  });
  afterAll(() => world.close());

  it.each(mcpAttacks.filter(({ held }) => held === 'denied'))(
    'is its own, and no policy would permit it: $id, by $door',
    async (attack) => {
      const classed = await world.classed(...world.asked(attack));
      expect(classed).toMatchObject({ class: 'other', ifAllPass: { value: 'deny' }, needs: null });
      expect(classed?.ifAllPass?.codes).toContain('policy.forbidden');
    },
  );

  it('is not denied where it is a document, which a judge must read: so it is what it is that denies', async () => {
    const fine = [{ path: 'docs/more.md', text: 'More.\n' }];
    const wish = { topic: 'fine', title: 'Say more', base: world.tip(), files: fine };
    const classed = await world.classed('submit_files', wish);
    expect(classed).toMatchObject({ class: 'docs', ifAllPass: { value: 'escalate' } });
    expect(classed?.ifAllPass?.codes).not.toContain('policy.forbidden');
  });
});
