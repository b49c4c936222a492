import { describe, expect, it } from 'vitest';
import { parseAgentPrograms } from './agent-programs.ts';

const parse = (agents: string) => parseAgentPrograms(`version: 1\nagents:\n  ${agents}\n`, 'agents.yaml');

describe('agents.yaml', () => {
  it('says how each agent is started', () => {
    expect(parse('claude: { run: [/agent/bin/claude, "{task}"], directory: /opt/claude }')).toEqual({
      claude: { run: ['/agent/bin/claude', '{task}'], directory: '/opt/claude', env: {} },
    });
    expect(parseAgentPrograms('version: 1', 'agents.yaml')).toEqual({});
  });

  it.each([
    [
      'nowhere for the task',
      'claude: { run: [claude] }',
      /agents.yaml:3:18: agents.claude.run: expected \{task\}/,
    ],
    [
      'a shell command',
      'claude: { run: "claude {task}" }',
      /agents.claude.run: expected a command as a list/,
    ],
    ['a relative directory', 'claude: { run: ["{task}"], directory: opt }', /expected an absolute path/],
    ["the name of an agent of autoland's", 'docs: { run: ["{task}"] }', /none of the agents that come with/],
    [
      'a key that it does not know',
      'claude: { run: ["{task}"], key: x }',
      /expected a known key, found "key"/,
    ],
  ])('is refused with %s', (_what, agents, message) => {
    expect(() => parse(agents)).toThrow(message);
  });
});
