import { readFileSync } from 'node:fs';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AutolandError } from '../../domain/errors.ts';
import { loadPolicies, policiesOf } from './cedar.ts';
import { requestFor } from './request.ts';
import { goodPatch } from './sample-evidence.ts';
import { defaultPolicyText } from './shipped.ts';

const any = '(principal, action, resource)';
const wrapped = (condition: string) => `@id("a")\npermit ${any} when { ${condition} };`;

async function refusal(text: string): Promise<AutolandError> {
  const thrown: unknown = await loadPolicies(text, 'policy.cedar').then(
    () => new Error('expected a refusal'),
    (error) => error,
  );
  if (thrown instanceof AutolandError) return thrown;
  throw thrown;
}

describe('loadPolicies', () => {
  it('takes the default policy, in its order', async () => {
    const { all } = await loadPolicies(defaultPolicyText(), 'policy.cedar');
    expect(all[0]?.id).toBe('land-dependency-updates');
    expect(all.every(({ reason }) => reason !== undefined)).toBe(true);
  });

  it.each([
    ['', '1:1', 'at least one policy'],
    ['// nothing', '1:1', 'at least one policy'],
    [`permit ${any};`, '1:1', '@id'],
    [`@id("A b")\npermit ${any};`, '1:1', '@id'],
    [`@id("a")\npermit ${any};\n\n@id("a")\nforbid ${any};`, '4:1', 'a second time'],
    ['@id("a")\npermit (principal == ?principal, action, resource);', '1:1', 'template'],
    [wrapped('context.change.clas == Class::"docs"'), '2:45', 'did you mean `class`'],
    [wrapped('context.change.class == Class::"docz"'), '2:69', 'docz'],
    [wrapped('context.change.class == "docs"'), '2:45', 'expected'],
    [wrapped('context.check == "judge"'), '2:45', 'check'],
    [wrapped('context.change.files + 1 < 3'), '1:1', '+'],
    [wrapped('context.change.files - 1 < 3'), '1:1', '-'],
    [wrapped('context.change.files * 2 < 3'), '1:1', '*'],
    [wrapped('-context.change.files < 3'), '1:1', 'neg'],
    [wrapped('context.frozen && {a: [context.change.files * 2]}.a.contains(3)'), '1:1', '*'],
    [wrapped('if context.frozen then true else context.change.files + 1 < 3'), '1:1', '+'],
    [wrapped('decimal("1.0").lessThan(decimal("2.0"))'), '1:1', 'lessThan'],
    [wrapped('ip("10.0.0.1").isLoopback()'), '1:1', 'isLoopback'],
    [wrapped('false'), '1:1', 'impossible'],
    ['@id("a")\npermit (principal, action == Action::"mrege", resource);', '2:30', 'did you mean'],
    ['// é\n@id("a") permit (principal, action, resource) when { ( };', '2:56', 'Cedar'],
    [wrapped(`${'('.repeat(25)}true${')'.repeat(25)}`), '1:1', 'nested'],
    [wrapped(`${'if context.frozen then true else '.repeat(501)}true`), '1:1', 'at most 500'],
    [`// ${'x'.repeat(70_000)}\n${wrapped('true')}`, '1:1', '64 KiB'],
  ])('refuses %j', async (text, place, words) => {
    const error = await refusal(text);
    expect(error.code).toBe('policy.invalid');
    expect(error.message).toContain(`policy.cedar:${place}: expected`);
    expect(error.message).toContain(words);
    expect(error.mend).toContain('policy.cedar');
  });

  it('reports all that is wrong at once', async () => {
    const { message } = await refusal(
      `permit ${any};\n${wrapped('context.frozn')}\n${wrapped('1 + 1 == 2')}`,
    );
    expect(message.split('\n').map((line) => line.split(':').slice(1, 3).join(':'))).toEqual([
      '1:1',
      '3:45',
      '4:1',
      '4:1',
    ]);
  });

  it('does not read brackets of strings and comments as nesting', async () => {
    const text = `// ${'('.repeat(99)}\n${wrapped(`context.change.packages.contains("${'['.repeat(99)}\\"")`)}`;
    await expect(loadPolicies(text, 'policy.cedar')).resolves.toBeDefined();
  });

  it('leaves the engine alive with the largest text that it lets through', async () => {
    const deep = ['(', '!(', '[', 'if context.frozen then (true) else ('].map((open) => {
      const close = open === '[' ? ']' : ')';
      const inner = open === '[' ? '' : `context.frozen${' && context.frozen'.repeat(100)}`;
      return wrapped(`${open.repeat(20)}${inner}${close.repeat(20)}${open === '[' ? ' == []' : ''}`);
    });
    const long = wrapped(`context.frozen${' || context.frozen'.repeat(500)}`);
    const many = Array.from({ length: 1000 }, (_, i) => `@id("p${i}") permit ${any};`).join('\n');
    for (const text of [...deep, long, many]) {
      const error = await loadPolicies(text, 'policy.cedar').then(
        () => undefined,
        (thrown) => thrown,
      );
      if (error !== undefined) expect(String(error)).not.toContain('but it failed');
    }
    await expect(loadPolicies(defaultPolicyText(), 'policy.cedar')).resolves.toBeDefined();
  });

  it('answers any text with policies or policy.invalid', async () => {
    const words = fc.constantFrom(
      'permit',
      'forbid',
      any,
      ';',
      'when',
      '{',
      '}',
      '@id("a")',
      'context',
      '.change',
      '==',
      '(',
      '1',
      '"',
      '&&',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (input) => {
        const thrown = await loadPolicies(input, 'policy.cedar').then(
          () => undefined,
          (error) => error,
        );
        if (thrown !== undefined) expect(thrown).toMatchObject({ code: 'policy.invalid' });
      }),
    );
  });
});

describe('evaluate', () => {
  it('never says "allowed" when a forbid errs, although Cedar does', () => {
    const policies = [
      { id: 'everything', effect: 'permit', reason: undefined, text: `permit ${any};` },
      {
        id: 'overflows',
        effect: 'forbid',
        reason: undefined,
        text: `forbid ${any} when { context.change.files + 9223372036854775807 > 0 };`,
      },
    ] as const;
    const request = requestFor('merge', goodPatch);
    const raw = cedar.isAuthorized({
      ...request,
      policies: { staticPolicies: Object.fromEntries(policies.map(({ id, text }) => [id, text])) },
      entities: [],
    });
    expect(raw).toMatchObject({ type: 'success', response: { decision: 'allow' } });
    expect(policiesOf(cedar, policies).evaluate(request)).toMatchObject({
      kind: 'error',
      code: 'policy.evaluation-error',
      message: expect.stringContaining('overflows'),
    });
  });

  it('refuses requests that do not fit the schema', async () => {
    const policies = await loadPolicies(defaultPolicyText(), 'policy.cedar');
    const good = requestFor('merge', goodPatch);
    const bad = [
      { ...good, action: { type: 'Action', id: 'destroy' } },
      { ...good, principal: { type: 'Person', id: 'x' } },
      { ...good, context: {} },
      { ...good, context: { ...good.context, frozen: 'no' } },
      { ...good, context: { ...good.context, extra: true } },
      { ...good, context: { ...good.context, judge: { __entity: { type: 'JudgeVerdict', id: 'approve' } } } },
      { ...good, context: { ...good.context, change: { ...Object(good.context.change), files: 1.5 } } },
      { ...good, context: { ...good.context, change: { ...Object(good.context.change), files: null } } },
    ];
    for (const request of bad)
      expect(policies.evaluate(request)).toMatchObject({ kind: 'error', code: 'policy.request-invalid' });
    expect(policies.evaluate(good)).toMatchObject({ kind: 'answer', allowed: true });
  });
});

describe('docs/guide/policy.md', () => {
  it('shows only policies that load, beside the default ones too', async () => {
    const guide = readFileSync(new URL('../../../docs/guide/policy.md', import.meta.url), 'utf8');
    const blocks = [...guide.matchAll(/```cedar\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks)
      await expect(loadPolicies(`${defaultPolicyText()}\n${block}`, 'policy.md')).resolves.toBeDefined();
  });
});
