import { InMemoryTransport } from '@modelcontextprotocol/client';
import { expect } from 'vitest';
import { TestRepository } from '../../../src/adapters/git-host/local/test-repository.ts';
import type { AgentSubmittedFiles, Allowed } from '../../../src/server/mcp/desk.ts';
import { makeMcpServer } from '../../../src/server/mcp/server.ts';
import { defaultPolicyText } from '../../../src/stages/4-policy/shipped.ts';
import type { AgentChange } from '../../../src/views/agents/agent-change.ts';
import { Desks } from '../../../src/wiring/mcp/desk.ts';
import { openRepository, type Repository } from '../../../src/wiring/place/repository.ts';
import { Agent } from '../../journeys/agent.ts';
import { type McpAttack, mcpAttacks } from './mcp-cases.ts';

const files = {
  '.autoland/autoland.yaml': 'version: 1\nautonomy: { docs: merge }\n',
  '.autoland/policy.cedar': defaultPolicyText(),
  'README.md': '#\n',
};

export function changeOf({ id }: McpAttack): string {
  return `chg_${Buffer.from(id).toString('hex').padEnd(12, '0').slice(0, 12)}`;
}

/** The real desk over a journal that is full of orders, and an agent at it. */
export class McpWorld {
  readonly agent: Agent;
  readonly #host: TestRepository;
  readonly #repository: Repository;
  readonly #desks: Desks;

  private constructor(parts: { host: TestRepository; repository: Repository; desks: Desks; agent: Agent }) {
    this.#host = parts.host;
    this.#repository = parts.repository;
    this.#desks = parts.desks;
    this.agent = parts.agent;
  }

  static async open(): Promise<McpWorld> {
    const host = new TestRepository();
    host.seed(Object.entries(files).map(([path, content]) => ({ path, content, mode: '100644' })));
    const options = { repo: host.dir, state: `${host.top}/state` };
    const repository = await openRepository(options, 'write');
    await repository.record('control-plane.started', 'deployer', { unsignedAllowed: true });
    for (const attack of mcpAttacks) await repository.store.append({ events: toldOf(attack) });
    const desks = new Desks(options);
    const [mine, theirs] = InMemoryTransport.createLinkedPair();
    const onBug = (thrown: unknown) => expect.fail(String(thrown));
    const served = { desk: desks.of('agent:mallory'), onBug };
    await makeMcpServer(served, { scope: 'submit', version: '1' }).connect(theirs);
    return new McpWorld({ host, repository, desks, agent: await Agent.over(mine, 'legacy') });
  }

  async close(): Promise<void> {
    await this.agent.close();
    this.#desks.close();
    this.#repository.store.close();
    this.#host.remove();
  }

  tip(): string {
    return this.#host.git(['rev-parse', 'refs/heads/main']);
  }

  /** Of everything that a call could have altered. */
  async state(): Promise<string> {
    return `${await this.#repository.store.size()} ${this.#host.git(['for-each-ref'])}`;
  }

  asked(attack: McpAttack): readonly [string, Readonly<Record<string, unknown>>] {
    const [tool, wish] = attack.call;
    const text = JSON.stringify(wish).replaceAll('{tip}', this.tip()).replaceAll('{id}', changeOf(attack));
    return [tool, JSON.parse(text) as Record<string, unknown>];
  }

  /** Handed in under its own name; what the policy would answer to it. */
  async classed(name: string, wish: Readonly<Record<string, unknown>>): Promise<Allowed['ref']> {
    const main = this.tip();
    const { change, ref } = await this.agent.ask<AgentSubmittedFiles>(name, wish);
    const told = await this.agent.ask<AgentChange>('explain_change', { change });
    expect([told.source, this.tip()]).toEqual(['agent:mallory', main]);
    return (await this.agent.ask<Allowed>('what_is_allowed', { ref })).ref;
  }
}

/** The words stand where such words stand: in a title, and in why it was refused. */
function toldOf(attack: McpAttack) {
  const change = changeOf(attack);
  const about = { source: 'person:b', title: attack.text, head: 'c'.repeat(40), ref: 'refs/heads/x' };
  const proposal = { ...about, target: 'main', record: {} };
  const conclusion = { outcome: 'refused', code: 'tests.failed', reasons: [`${attack.text}\u200b\u202e`] };
  return [
    { type: 'change.proposed', change, actor: 'person:b', data: proposal },
    { type: 'change.concluded', change, actor: 'gate', data: conclusion },
  ];
}
