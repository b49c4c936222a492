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

  it.each([
    '[sh, -c, "claude {task}"]',
    '[/bin/bash, -lc, "{task}"]',
    '[bash, -c, -o, pipefail, "{task}"]',
    '[setpriv, --no-new-privs, sh, -c, "claude --print {task}"]',
    '[busybox, sh, -c, "claude \'{task}\'"]',
    '[sh, "-c{task}"]',
    '[node, --eval, "ask(`{task}`)"]',
    '[node, "--eval={task}"]',
    '[node, --import, /agent/x.mjs, -e, "{task}"]',
    '[python3.12, -c, "print({task})"]',
    '[perl, -ne, "{task}"]',
    '[su, agent, -c, "{task}"]',
    '[env, PATH=/agent/bin, sh, -c, "claude {task}"]',
    '[env, -S, "claude {task}"]',
    '[env, -S, claude, "{task}"]',
  ])('is refused with a task that is read as a program: %s', (run) => {
    expect(() => parse(`claude: { run: ${run} }`)).toThrow(
      /claude.run: expected \{task\} where no shell .*; give it as a word of its own: \[sh, -c/,
    );
  });

  it.each([
    `[sh, -c, 'exec claude --print "$1"', sh, "{task}"]`,
    `[bash, -c, 'claude "$@" 2>&1', bash, --print, "{task}"]`,
    '[node, /agent/main.mjs, -p, "{task}"]',
    '[bash, /agent/run.sh, -c, "{task}"]',
    `[node, -e, 'import("/agent/main.mjs")', "{task}"]`,
    '[claude, -c, "{task}"]',
    '[claude, "--prompt={task}"]',
  ])('takes one that is a word of its own: %s', (run) => {
    expect(parse(`claude: { run: ${run} }`).claude?.run).toContain(
      run.includes('prompt') ? '--prompt={task}' : '{task}',
    );
  });
});
