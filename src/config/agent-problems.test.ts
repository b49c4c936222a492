import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';

const parse = (task: string) =>
  parseConfig(
    `version: 1
models: { opus: { provider: anthropic, model: m, family: claude } }
agents:
  command: { claude: {} }
  tasks:
    scheduled:
      n: { days: [mon], from: "09:00", to: "10:00", until: 2027-01-01, ${task} }`,
    'autoland.yaml',
  );

describe('a scheduled task', () => {
  it.each([
    [
      'agent: claude, text: x, model: opus',
      /n\.model: expected model for the agent model alone, found "opus"; leave it out/,
    ],
    ['agent: claude, text: x, class: docs', /n\.class: expected class for the agent model alone/],
    ['agent: claude, text: " --yes"', /n\.text: expected a task that begins with a word/],
    ['agent: model, text: x', /n\.agent: expected .*, or model: beside it.*write model: opus here/],
  ])('tells a program nothing that it is not for: %s', (task, problem) => {
    expect(() => parse(task)).toThrow(problem);
  });

  it.each(['agent: claude, text: x', 'agent: model, text: "- x", model: opus, class: docs'])(
    'is as autoland task takes it: %s',
    (task) => {
      expect(Object.keys(parse(task).agents.tasks.scheduled)).toEqual(['n']);
    },
  );
});
