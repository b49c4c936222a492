import { describe, expect, it } from 'vitest';
import { costOf } from './blame.ts';
import type { ChangeClass } from './change.ts';
import type { StageData } from './stage.ts';

const of = (changeClass: ChangeClass): { readonly classify: StageData['classify'] } => ({
  classify: {
    class: changeClass,
    reasons: [],
    base: '',
    tree: '',
    files: [],
    packages: [],
    protectedPaths: [],
  },
});
const decided = { value: 'permit', codes: [], reasons: [], policyIds: [], policyDigest: '' } as const;
const charged = (code: string, changeClass: ChangeClass = 'docs') => {
  const cost = costOf(code, of(changeClass));
  return cost === null ? 'never' : cost.onlyIfMet ? 'if-met' : 'always';
};

describe('what speaks against a class', () => {
  it.each([
    ['rollout.server-errors', 'always'],
    ['rollout.client-errors', 'always'],
    ['rollout.latency', 'always'],
    ['rollout.metric', 'always'],
    ['rollout.watch', 'always'],
    ['release.unhealthy', 'always'],
    ['rollout.by-person', 'if-met'],
    ['rollout.killed', 'if-met'],
    ['rollout.taken-back', 'if-met'],
    ['change.taken-back', 'if-met'],
    ['release.by-person', 'if-met'],
    ['release.build-failed', 'never'],
  ])('%s: %s', (code, blame) => {
    expect(charged(code)).toBe(blame);
  });

  it.each(['rollout.something-new', 'toString', '__proto__', ''])(
    'is always what nobody knows: %j',
    (code) => {
      expect(charged(code)).toBe('always');
    },
  );

  it.each(['revert', 'other'] as const)('is nothing, for class %s', (changeClass) => {
    expect(charged('rollout.server-errors', changeClass)).toBe('never');
  });

  it('lowers from the level at which the change went alone', () => {
    const results = { ...of('lint'), policy: { ...decided, level: 'merge' } } as const;
    const cost = { class: 'lint', from: 'merge', to: 'propose', code: 'rollout.watch', onlyIfMet: false };
    expect(costOf('rollout.watch', results)).toEqual(cost);
    expect(costOf('rollout.watch', {})).toBeNull();
  });
});
