import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { withBudget } from './task-budget.ts';

const limits = (perChange: string) =>
  parseConfig(`version: 1\nlimits: { models: { perChange: ${perChange} } }`, 'test.yaml').limits;
const none = { tokens: null, dollars: null, minutes: null };

describe('the budget of a task', () => {
  it('makes the limits of a change stricter, and never looser', () => {
    const { perChange, perDay } = withBudget(limits('{ tokens: 100, minutes: 5 }'), {
      ...{ tokens: 200, dollars: 0.5, minutes: 2 },
    }).models;
    expect(perChange).toEqual({ tokens: 100, dollars: 0.5, minutes: 2 });
    expect(perDay).toEqual(limits('{}').models.perDay);
    const loose = limits('{ tokens: 100, dollars: 3 }');
    for (const budget of [null, none]) expect(withBudget(loose, budget)).toEqual(loose);
  });

  it('in dollars wants prices of the models that may be asked', () => {
    const models = `models:
  dear: { provider: openai, model: m, family: gpt, prices: { input: 1, output: 2 } }
  free: { provider: openai, model: m, family: gpt }`;
    const parse = (agent: string, model = 'null') =>
      parseConfig(
        `version: 1\n${models}\nagents: { model: { model: dear }, command: { coder: { models: [dear, free] } }, tasks: { issues: { x: { agent: ${agent}, model: ${model}, until: 2027-01-01, budget: { dollars: 2 } } } } }`,
        'test.yaml',
      );
    expect(parse('model').agents.tasks.issues.x?.budget).toEqual({ ...none, dollars: 2 });
    expect(() => parse('model', 'free')).toThrow(/agents.tasks.issues.x.budget: expected prices of free/);
    expect(() => parse('coder')).toThrow(/prices of free/);
  });
});
