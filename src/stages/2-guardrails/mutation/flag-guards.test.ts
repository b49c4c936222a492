import { expect, it } from 'vitest';
import type { Mutant } from '../../../domain/mutation.ts';
import { switchesOn } from './flag-guards.ts';

const mutant = (original: string, replacement: string): Mutant => ({
  ...{
    id: '1',
    path: 'a.js',
    line: 1,
    mutator: 'ConditionalExpression',
    before: '',
    after: '',
    silenced: false,
  },
  ...{ original, replacement },
});

it.each<[string, string, boolean]>([
  ["isOn('kind')", 'true', true],
  ['flags.isOn("kind")', 'true', true],
  ["await client.getBooleanValue('kind', false)", 'true', true],
  ["(await client.getBooleanValue('kind', false, context))", 'true', true],
  ["!isOn('kind')", 'false', true],
  ["!(await client.getBooleanValue('kind', false))", 'false', true],
  // Switched off for good: a test of the new behaviour notices it.
  ["isOn('kind')", 'false', false],
  ["!isOn('kind')", 'true', false],
  // More than the flag.
  ["isOn('kind') && paid", 'true', false],
  ["isOn('kind') || paid", 'true', false],
  ["isOn('kind', pay())", 'true', false],
  ["isOn('kind')()", 'true', false],
  // Another flag, or none.
  ["isOn('other')", 'true', false],
  ['isOn(kind)', 'true', false],
  ["'kind'", 'true', false],
  ["isOn('kind')", '""', false],
])('%s -> %s', (original, replacement, expected) => {
  expect(switchesOn(mutant(original, replacement), ['kind'])).toBe(expected);
});
