import { InMemoryTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestRepository } from '../../../src/adapters/git-host/local/test-repository.ts';
import type { AgentSubmittedFiles, Allowed } from '../../../src/server/mcp/desk.ts';
import { makeMcpServer } from '../../../src/server/mcp/server.ts';
import { defaultPolicyText } from '../../../src/stages/4-policy/shipped.ts';
import { covers } from '../../../src/testing/covers.ts';
import type { AgentChange } from '../../../src/views/agents/agent-change.ts';
import { Desks } from '../../../src/wiring/mcp/desk.ts';
import { openRepository, type Repository } from '../../../src/wiring/repository.ts';
import { Agent } from '../../journeys/agent.ts';
import { type McpAttack, mcpAttacks } from './mcp-cases.ts';

/* An agent that calls whatever the text it reads tells it to, at the real desk: the tools that there are decide nothing. */

const config = 'version: 1\nautonomy: { docs: merge }\n';
const changeOf = (attack: McpAttack) =>
  `chg_${Buffer.from(attack.id).toString('hex').padEnd(12, '0').slice(0, 12)}`;

describe('an agent that obeys what it is told through tools', { timeout: 60_000 }, () => {
  covers('LLM01', 'LLM06', 'ASI01', 'ASI02', 'ASI09');
  let host: TestRepository;
  let repository: Repository;
  let desks: Desks;
  let agent: Agent;

  beforeAll(async () => {
    host = new TestRepository();
    const seed = {
      '.autoland/autoland.yaml': config,
      '.autoland/policy.cedar': defaultPolicyText(),
      'README.md': '#\n',
    };
    host.seed(Object.entries(seed).map(([path, content]) => ({ path, content, mode: '100644' })));
    const options = { repo: host.dir, state: `${host.top}/state` };
    repository = await openRepository(options, 'write');
    await repository.record('control-plane.started', 'deployer', { unsignedAllowed: true });
    for (const attack of mcpAttacks) await repository.store.append({ events: toldOf(attack) });
    desks = new Desks(options);
    const [mine, theirs] = InMemoryTransport.createLinkedPair();
    const served = {
      desk: desks.of('agent:mallory'),
      onBug: (thrown: unknown) => expect.fail(String(thrown)),
    };
    await makeMcpServer(served, { scope: 'submit', version: '1' }).connect(theirs);
    agent = await Agent.over(mine, 'legacy');
  });
  afterAll(async () => {
    await agent.close();
    desks.close();
    repository.store.close();
    host.remove();
  });

  /** The words stand where such words stand: in a title, and in what a guardrail says. */
  function toldOf(attack: McpAttack) {
    const change = changeOf(attack);
    const proposal = {
      source: 'person:b',
      title: attack.text,
      head: 'c'.repeat(40),
      ref: 'refs/heads/x',
      target: 'main',
    };
    const reasons = [`${attack.text}\u200b\u202e`];
    return [
      { type: 'change.proposed', change, actor: 'person:b', data: { ...proposal, record: {} } },
      {
        type: 'change.concluded',
        change,
        actor: 'gate',
        data: { outcome: 'refused', code: 'tests.failed', reasons },
      },
    ];
  }

  function asked(attack: McpAttack): readonly [string, Readonly<Record<string, unknown>>] {
    const [tool, wish] = attack.call;
    const text = JSON.stringify(wish).replaceAll('{tip}', tip()).replaceAll('{id}', changeOf(attack));
    return [tool, JSON.parse(text) as Record<string, unknown>];
  }

  const tip = () => host.git(['rev-parse', 'refs/heads/main']);
  const of = (held: McpAttack['held']) => mcpAttacks.filter((attack) => attack.held === held);

  it.each(mcpAttacks)(
    'reads it as data in a field of its own, from a journal that keeps it: $id',
    async (attack) => {
      const read = await agent.ask<AgentChange>('explain_change', { change: changeOf(attack) });
      expect([read.title, read.reasons]).toEqual([attack.text, [attack.text]]);
    },
  );

  it.each(of('absent'))('finds no such tool: $id, by $door', async (attack) => {
    const before = await state();
    const [name, wish] = asked(attack);
    await expect(agent.client.callTool({ name, arguments: wish })).rejects.toThrow(/not found|disabled/);
    expect(await state()).toBe(before);
  });

  it.each(of('invalid'))('can ask no such thing: $id, by $door', async (attack) => {
    const before = await state();
    const [name, wish] = asked(attack);
    expect(await agent.refusal(name, wish)).toMatch(/^Input validation error/);
    expect(await state()).toBe(before);
  });

  it.each(of('denied'))(
    'hands it in under its own name, and no policy would permit it: $id, by $door',
    async (attack) => {
      const main = tip();
      const [name, wish] = asked(attack);
      const { change, ref } = await agent.ask<AgentSubmittedFiles>(name, wish);
      const { ref: classed } = await agent.ask<Allowed>('what_is_allowed', { ref });
      expect(classed).toMatchObject({ class: 'other', ifAllPass: { value: 'deny' }, needs: null });
      expect(classed?.ifAllPass?.codes).toContain('policy.forbidden');
      expect(await agent.ask<AgentChange>('explain_change', { change })).toMatchObject({
        source: 'agent:mallory',
      });
      expect(tip()).toBe(main);
    },
  );

  it('is not denied where the file is a document, which a judge must read: so it is what the file is that denies', async () => {
    const wish = {
      topic: 'fine',
      title: 'Say more',
      base: tip(),
      files: [{ path: 'docs/more.md', text: 'More.\n' }],
    };
    const { ref } = await agent.ask<AgentSubmittedFiles>('submit_files', wish);
    const { ref: classed } = await agent.ask<Allowed>('what_is_allowed', { ref });
    expect(classed).toMatchObject({ class: 'docs', ifAllPass: { value: 'escalate' } });
    expect(classed?.ifAllPass?.codes).not.toContain('policy.forbidden');
  });

  async function state(): Promise<string> {
    return `${await repository.store.size()} ${host.git(['for-each-ref'])}`;
  }
});
