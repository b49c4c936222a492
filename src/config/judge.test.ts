import { describe, expect, it } from 'vitest';
import { judgeYaml, modelsYaml } from '../testing/judge-yaml.ts';
import { agentProblems } from './agent-problems.ts';
import { checkConfig, parseConfig } from './config.ts';
import { judgeProblems } from './judge.ts';

function problems(judge: string): readonly string[] {
  const check = checkConfig(`version: 1\n${modelsYaml}judge: ${judge}\n`);
  return check.ok ? [] : check.problems.map(({ path, message, mend }) => `${path}: ${message}; ${mend}`);
}

describe('the key judge', () => {
  it('is none, or a panel with defaults', () => {
    expect(parseConfig('version: 1', 'test.yaml').judge).toBe('none');
    expect(problems('none')).toEqual([]);
    expect(parseConfig(`version: 1\n${judgeYaml()}`, 'test.yaml').judge).toEqual({
      panel: ['one', 'two'],
      families: 2,
      lenses: {},
      timeout: 600,
      atOnce: 4,
      maxKiB: 128,
      maxTokens: 2_000_000,
      maxOutputTokens: 16_000,
      canaries: 0.2,
    });
  });

  it.each([
    ['gpt', 'judge: expected none, or a panel of models, found "gpt"; write judge: none'],
    ['{ panel: [] }', 'judge.panel: expected the names of one or more models'],
    ['{ panel: [one, one] }', 'judge.panel: expected the names of one or more models, each once'],
    ['{ panel: [One] }', 'judge.panel[0]: expected the names'],
    [
      '{ panel: [one, two], familys: 1 }',
      'judge.familys: expected a known key, found "familys"; did you mean families?',
    ],
    ['{ panel: [one, two], timeout: 5 }', 'judge.timeout: expected a duration'],
    ['{ panel: [one, two], timeout: 2h }', 'judge.timeout: expected at most an hour'],
    [
      '{ panel: [one, two], lenses: { docs: [style] } }',
      'judge.lenses.docs[0]: expected one of: correctness',
    ],
    ['{}', 'judge.panel: '],
  ])('refuses %s', (judge, message) => {
    expect(problems(judge)).toEqual([expect.stringContaining(message)]);
  });
});

const models = {
  opus: { family: 'claude' },
  haiku: { family: 'claude' },
  gpt: { family: 'gpt' },
  llama: { family: 'llama' },
};

function crossed(panel: readonly string[], more: object = {}): readonly string[] {
  const config = { judge: { panel, families: 2 }, models, agents: {}, ...more };
  return judgeProblems(config).map(({ path, expected, mend }) => `${path.join('.')}: ${expected}; ${mend}`);
}

describe('judge, models and agents together', () => {
  it('do not fit where a coding agent of yours writes with a family that the panel needs, or with no model', () => {
    const agents = { command: { coder: { models: ['llama', 'opus'] } } };
    expect(crossed(['opus', 'gpt'], { agents })).toEqual([
      expect.stringContaining('agents.command.coder.models.1: a model of which 2 families'),
    ]);
    const own = { models: {}, agents: { command: { coder: { models: ['none'] } } } };
    expect(agentProblems(own)).toMatchObject([{ path: ['agents', 'command', 'coder', 'models', 0] }]);
    const scheduled = { n: { agent: 'absent', model: 'gone' }, m: { agent: 'model', model: null } };
    const at = ['agents', 'tasks', 'scheduled', 'n'];
    expect(agentProblems({ models: {}, agents: { tasks: { scheduled } } })).toMatchObject([
      { path: [...at, 'model'] },
      { path: [...at, 'agent'] },
      { path: ['agents', 'tasks', 'scheduled', 'm', 'agent'] },
    ]);
    const ready = { models, agents: { model: { model: 'opus' }, tasks: { scheduled: { m: scheduled.m } } } };
    expect(agentProblems(ready)).toEqual([]);
  });

  it('fit where the panel has families enough without the author', () => {
    expect(crossed(['opus', 'gpt'])).toEqual([]);
    const agents = { 'crash-fix': { model: 'opus' }, docs: { enabled: true } };
    expect(crossed(['gpt', 'llama'], { agents })).toEqual([]);
    expect(crossed(['opus', 'gpt', 'llama'], { agents })).toEqual([]);
    expect(judgeProblems({ judge: 'none', models, agents })).toEqual([]);
    expect(judgeProblems({ judge: { panel: ['x'] } })).toEqual([]);
  });

  it('say which model is not there', () => {
    expect(crossed(['opus', 'gemini'])).toEqual([
      'judge.panel.1: the name of a model under models; use one of: opus, haiku, gpt, llama; or add it to models',
    ]);
    expect(crossed(['constructor', 'gpt'])).toHaveLength(1);
    expect(crossed(['opus'], { models: {} })).toEqual([
      'judge.panel.0: the name of a model under models; describe it under models first',
    ]);
  });

  it('say that one family is no panel, unless that is said to do', () => {
    expect(crossed(['opus', 'haiku'])).toEqual([
      'judge.panel: models of 2 families (of one family they have the same blind spots), and all are claude; add a model of another family, or say that fewer do: families: 1',
    ]);
    expect(crossed(['opus'], { judge: { panel: ['opus'], families: 1 } })).toEqual([]);
  });

  it('say which agent writes with a family that must judge', () => {
    const agents = { 'crash-fix': { model: 'opus' } };
    expect(crossed(['opus', 'gpt'], { agents })).toEqual([
      "agents.crash-fix.model: a model of which 2 families of the judge's panel are independent: opus is claude, and of others the panel has gpt; let another family write, or add another one to judge.panel",
    ]);
    const off = { 'crash-fix': { model: 'opus', enabled: false } };
    expect(crossed(['opus', 'gpt'], { agents: off })).toEqual([]);
  });
});
