import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advisory } from '../../../domain/npm/advisories.ts';
import { advisories } from './advisories.ts';
import type { AdvisedPackage } from './facts.ts';

const advisory = (id: string, over: Partial<Advisory> = {}): Advisory => {
  return { id, title: 'Bad', url: `https://a.test/${id}`, severity: 'high', malicious: false, ...over };
};
const kit: AdvisedPackage = { name: 'kit', version: '1.0.1', old: ['1.0.0'] };

function ask(
  known: Readonly<Record<string, readonly Advisory[]>>,
  silent: readonly string[] = [],
  packages = [kit],
) {
  const answer = { known: new Map(Object.entries(known)), silent };
  return advisories.check({ advisories: { configured: true, packages, answer } });
}
const answer = (...given: Parameters<typeof ask>) => {
  const found = ask(...given);
  return `${found?.verdict} ${found?.code}`;
};

describe('advisories', () => {
  it.each<[string, Parameters<typeof ask>, string]>([
    ['nothing is known', [{}], 'pass advisories.none-new'],
    ['nothing is new', [{}, [], []], 'pass advisories.unchanged'],
    ['the new version is vulnerable', [{ 'kit@1.0.1': [advisory('A')] }], 'fail advisories.known'],
    [
      'both are, by the same',
      [{ 'kit@1.0.1': [advisory('A')], 'kit@1.0.0': [advisory('A')] }],
      'pass advisories.none-new',
    ],
    [
      'both are, by another',
      [{ 'kit@1.0.1': [advisory('B')], 'kit@1.0.0': [advisory('A')] }],
      'fail advisories.known',
    ],
    ['only the old one is', [{ 'kit@1.0.0': [advisory('A')] }], 'pass advisories.none-new'],
    [
      'both are malicious',
      [
        {
          'kit@1.0.1': [advisory('MAL-1', { malicious: true })],
          'kit@1.0.0': [advisory('MAL-1', { malicious: true })],
        },
      ],
      'fail advisories.malicious',
    ],
    ['the registry serves none', [{}, ['kit@1.0.1']], 'not-offered advisories.not-offered'],
    [
      'one registry serves none and another knows something',
      [{ 'kit@1.0.1': [advisory('A')] }, ['other@1.0.0']],
      'fail advisories.known',
    ],
  ])('when %s', (_what, given, expected) => {
    expect(answer(...given)).toBe(expected);
  });

  it('is not configured when nobody is to be asked', () => {
    expect(advisories.check({ advisories: { configured: false } })?.verdict).toBe('not-configured');
  });

  it('compares nothing for a revert', () => {
    const found = advisories.check({ advisories: { revert: true } });
    expect(found).toMatchObject({ verdict: 'pass', code: 'advisories.revert' });
  });

  it('tells what remains and what is mended', () => {
    const known = { 'kit@1.0.1': [advisory('A')], 'kit@1.0.0': [advisory('A'), advisory('B')] };
    expect(ask(known)?.evidence).toMatchObject({ remaining: ['kit@1.0.1: A'], mended: ['kit@1.0.1: B'] });
  });

  it('prints no text of a source as it is', () => {
    const found = ask({ 'kit@1.0.1': [advisory('A', { title: '\u001b[2J\u202e' })] });
    expect(JSON.stringify(found)).not.toMatch(/\\u001b|\u202e/);
  });

  it('is never milder for one more advisory of the new version', () => {
    const ids = fc.array(fc.constantFrom('A', 'B', 'MAL-1'), { maxLength: 3 });
    const all = (given: readonly string[]) =>
      given.map((id) => advisory(id, { malicious: id.startsWith('MAL') }));
    fc.assert(
      fc.property(ids, ids, fc.constantFrom('A', 'B', 'C', 'MAL-1'), (now, old, more) => {
        const failed = (given: readonly string[]) =>
          answer({ 'kit@1.0.1': all(given), 'kit@1.0.0': all(old) }).startsWith('fail');
        expect(failed([...now, more]) || !failed(now)).toBe(true);
      }),
    );
  });
});
