import { expect, it } from 'vitest';
import type { Evidence } from './evidence.ts';
import { objections } from './rules.ts';
import { goodPatch } from './sample-evidence.ts';

const adding = (added: readonly string[], code = 'flag-off.equivalent'): Evidence => ({
  ...goodPatch,
  guardrails: {
    verdict: 'pass',
    results: [{ name: 'flag-off', verdict: 'pass', code, reason: '', evidence: { added }, ms: 1 }],
  },
});

it.each<[string, Evidence, readonly string[]]>([
  ['one flag', adding(['new-price']), []],
  ['no flag', adding([], 'flag-off.none'), []],
  ['two flags', adding(['one', 'two']), ['policy.code-flags']],
  ['a name that no header can carry', adding(['new\r\nprice']), ['policy.code-flags']],
  ['a name that is too long', adding(['x'.repeat(101)]), ['policy.code-flags']],
])('holds before the merge what cannot be rolled out: %s', (_what, evidence, expected) => {
  expect(objections(evidence).map(({ code }) => code)).toEqual(expected);
});
