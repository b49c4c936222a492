import { describe, expect, it } from 'vitest';
import type { ChangeClass } from '../../domain/change.ts';
import type { JsonObject } from '../../domain/json.ts';
import { type ChangeAuthor, lensNames } from '../../domain/judgement.ts';
import { authorOf } from './independence.ts';
import { lensesFor, planAsks } from './plan.ts';

describe('the author of a change', () => {
  it.each<[string, string, JsonObject, ChangeClass, ChangeAuthor]>([
    ['a person', 'person:ann', {}, 'docs', { kind: 'nobody' }],
    ['a program', 'agent:dependency', {}, 'dependency-patch', { kind: 'nobody' }],
    ['a program that makes something else', 'agent:dependency', {}, 'lint', { kind: 'unknown' }],
    ['an agent that says nothing', 'agent:codex', {}, 'docs', { kind: 'unknown' }],
    ['constructor', 'constructor', {}, 'docs', { kind: 'unknown' }],
    [
      'an agent that says which',
      'agent:codex',
      { model: { family: 'gpt' } },
      'docs',
      { kind: 'model', family: 'gpt' },
    ],
    [
      'a person with a model',
      'person:ann',
      { model: { family: 'x' } },
      'docs',
      { kind: 'model', family: 'x' },
    ],
    [
      'a family in capitals',
      'agent:codex',
      { model: { family: ' GPT' } },
      'docs',
      { kind: 'model', family: 'gpt' },
    ],
    ['a template against a crash', 'agent:crash-fix', {}, 'crash-fix', { kind: 'nobody' }],
    [
      'a model against a crash',
      'agent:crash-fix',
      { model: { family: 'gpt' } },
      'crash-fix',
      { kind: 'model', family: 'gpt' },
    ],
    ['a family that is no name', 'agent:codex', { model: { family: 'gpt 9!' } }, 'docs', { kind: 'unknown' }],
    ['a model without a family', 'person:ann', { model: 'gpt-9' }, 'docs', { kind: 'unknown' }],
    ['a model of an empty one', 'agent:dependency', { model: { family: '' } }, 'docs', { kind: 'unknown' }],
  ])('is read from its record: %s', (_what, source, record, of, author) => {
    expect(authorOf({ source, record }, of)).toEqual(author);
  });
});

describe('what is asked', () => {
  it('is correctness, security and operations, and more of some classes', () => {
    expect(lensesFor('lint')).toEqual(['correctness', 'security', 'operations']);
    expect(lensesFor('docs')).toContain('documentation');
    expect(lensesFor('flag-addition')).toContain('flags');
    expect(lensesFor('lint', ['flags'])).toEqual(['correctness', 'security', 'operations', 'flags']);
    expect(lensesFor('docs', lensNames)).toEqual(lensNames);
  });

  it('is asked of each model in both orders', () => {
    expect(planAsks(['one', 'two'], ['security'])).toHaveLength(6);
    const asks = planAsks(['one', 'two'], lensNames).map((ask) => JSON.stringify(ask));
    expect(new Set(asks).size).toBe(asks.length);
  });
});
