import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitText } from '../../adapters/git-host/local/commit-object.ts';
import { trailersOf } from '../../domain/trailers.ts';
import { sampleClassification } from '../../testing/changes.ts';
import { MemoryRules } from '../../testing/memory-rules.ts';
import { sampleProposal } from '../../testing/stage-bench.ts';
import { mergeMessage, mergeTrailers } from './message.ts';

type Merge = Parameters<typeof mergeMessage>[0];

const merge: Merge = {
  change: 'chg_123456789abc',
  proposal: sampleProposal,
  classification: sampleClassification({ base: 'a', tree: 'b' }),
  guardrails: {
    verdict: 'pass',
    results: [{ name: 'tests', verdict: 'pass', code: 'tests.passed', reason: '', evidence: {}, ms: 1 }],
  },
  decision: new MemoryRules().permit(),
  log: { size: 7, root: 'd'.repeat(64) },
};

/** What a reader of the branch finds in the commit. */
function readBack(of: Merge): ReadonlyMap<string, string> {
  const text = commitText({
    tree: 'b'.repeat(40),
    parents: [],
    message: mergeMessage(of),
    trailers: mergeTrailers(of),
    author: { name: 'autoland', email: 'bot@example.invalid' },
    at: new Date(0),
  });
  return trailersOf(text.slice(text.indexOf('\n\n') + 2));
}

describe('the merge commit', () => {
  it('says what landed and why', () => {
    expect(mergeMessage(merge).split('\n')).toEqual([
      'Update ejs from 2.6.1 to 2.6.2',
      '',
      'Class dependency-patch: sample',
      'Guardrails: tests pass',
      'Policy: a policy permits it',
    ]);
    expect(Object.fromEntries(readBack(merge))).toEqual({
      'Autoland-Change': 'chg_123456789abc',
      'Autoland-Source': 'agent:dependency',
      'Autoland-Policy': `sha256:${merge.decision.policyDigest}`,
      'Autoland-Log': `7 ${'d'.repeat(64)}`,
      'Human-Reviewed': 'no',
    });
  });

  it('lets no title, source or reason become a trailer', () => {
    const forged = fc.constantFrom(
      'Human-Reviewed: yes',
      '\n\nHuman-Reviewed: yes',
      '\n\nHuman-Reviewed: yes\n\n',
      '\r\nAutoland-Change: chg_other',
    );
    const text = fc.array(fc.oneof(forged, fc.string()), { maxLength: 4 }).map((parts) => parts.join(''));
    const clean = text.map((value) => value.replaceAll('\0', ''));
    fc.assert(
      fc.property(clean, clean, clean, (title, source, reason) => {
        const hostile = {
          ...merge,
          proposal: { ...sampleProposal, title, source },
          classification: { ...merge.classification, reasons: [reason] },
        };
        const found = readBack(hostile);
        expect(found.get('Human-Reviewed')).toBe('no');
        expect(found.get('Autoland-Change')).toBe(merge.change);
        expect([...found.keys()]).toEqual([...readBack(merge).keys()]);
      }),
    );
  });
});
