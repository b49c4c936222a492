import { describe, expect, it } from 'vitest';
import type { ModelRequest } from './model.ts';
import { microdollarsOf, priced } from './model-prices.ts';
import { mostTokens, mostUsage } from './model-tokens.ts';

const request: ModelRequest = {
  system: 'Sei genau.',
  messages: [
    { role: 'user', text: '語'.repeat(10) },
    {
      role: 'model',
      blocks: [{ kind: 'tool-call', id: 'a', tool: 'read', input: { path: 'x'.repeat(50) } }],
    },
    { role: 'tool', id: 'a', tool: 'read', output: 'y'.repeat(70), isError: false },
  ],
  tools: [],
  maxOutputTokens: 500,
};

describe('mostTokens', () => {
  it('counts every byte that a model could be asked for', () => {
    const { input, output } = mostTokens(request);
    expect(input).toBeGreaterThan(10 + 30 + 50 + 70);
    expect(output).toBe(500);
    const longer = { ...request, system: `${request.system}!` };
    expect(mostTokens(longer).input).toBe(input + 1);
  });

  it('stands for what a server does not tell', () => {
    const usage = mostUsage(request, [{ kind: 'text', text: 'z'.repeat(40) }]);
    expect(usage.inputTokens).toBe(mostTokens(request).input);
    expect(usage.outputTokens).toBeGreaterThanOrEqual(40);
  });
});

describe('microdollarsOf', () => {
  const usage = { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 600, cacheWriteTokens: 300 };

  it('asks for cached input what the configuration says', () => {
    const prices = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
    expect(microdollarsOf(usage, prices)).toBe(Math.ceil(100 * 3 + 600 * 0.3 + 300 * 3.75 + 100 * 15));
  });

  it('never asks for less than it may cost, and rounds up', () => {
    expect(microdollarsOf(usage, { input: 3, output: 15 })).toBe(100 * 3 + 600 * 3 + 300 * 6 + 100 * 15);
    expect(microdollarsOf({ inputTokens: 1, outputTokens: 0 }, { input: 0.01, output: 0 })).toBe(1);
  });

  it('knows no price where there is none', () => {
    expect(priced(usage, undefined)).not.toHaveProperty('microdollars');
    expect(priced(usage, { input: 1, output: 1 })).toMatchObject({ microdollars: 1_400 });
  });
});
