import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers } from '../../../src/testing/covers.ts';
import type { AgentChange } from '../../../src/views/agents/agent-change.ts';
import { mcpAttacks } from './mcp-cases.ts';
import { changeOf, McpWorld } from './mcp-world.ts';

/* An agent that calls whatever the text it reads tells it to, at the real desk: the tools that there are decide nothing. */

describe('an agent that obeys what it is told through tools', () => {
  covers('LLM01', 'LLM06', 'ASI01', 'ASI02', 'ASI09');
  let world: McpWorld;
  beforeAll(async () => {
    world = await McpWorld.open();
  });
  afterAll(() => world.close());

  it.each(mcpAttacks)(
    'reads it as data in a field of its own, from a journal that keeps it: $id',
    async (attack) => {
      const read = await world.agent.ask<AgentChange>('explain_change', { change: changeOf(attack) });
      expect([read.title, read.reasons]).toEqual([attack.text, [attack.text]]);
    },
  );

  it.each(mcpAttacks.filter(({ held }) => held === 'absent'))(
    'finds no such tool: $id, by $door',
    async (attack) => {
      const before = await world.state();
      const [name, wish] = world.asked(attack);
      const called = world.agent.client.callTool({ name, arguments: wish });
      await expect(called).rejects.toThrow(/not found|disabled/);
      expect(await world.state()).toBe(before);
    },
  );

  it.each(mcpAttacks.filter(({ held }) => held === 'invalid'))(
    'can ask no such thing: $id, by $door',
    async (attack) => {
      const before = await world.state();
      expect(await world.agent.refusal(...world.asked(attack))).toMatch(/^Input validation error/);
      expect(await world.state()).toBe(before);
    },
  );
});
