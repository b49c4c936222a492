import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Behaviour, Outcome, SeenCall } from '../../../domain/behaviour.ts';
import type { DriverEvidence, DriverRun, DriverTrials } from '../../../domain/driver.ts';
import type { SystemCall } from '../../../domain/system-calls.ts';
import { dropOf, isKept } from './admit.ts';
import { drivers as guardrail } from './drivers.ts';
import type { DriverFacts } from './facts.ts';

const answer = (digest: string): Outcome => ({
  kind: 'return',
  type: 'string',
  digest,
  shown: `"${digest}"`,
});
const call = (args: string, digest: string): [string, SeenCall] => [
  args,
  { package: 'pad', path: 'pad.pad', args, facets: new Map([['result', [answer(digest)]]]) },
];
const seen = (calls: readonly [string, SeenCall][], gaps: readonly string[] = []): Behaviour => ({
  loads: [],
  calls: new Map(calls),
  gaps,
});
const ended = (behaviour: Behaviour, passed = true): DriverRun => ({
  kind: 'ended',
  passed,
  seen: behaviour,
  tail: passed ? '' : 'expected 1',
});
const usual = ended(seen([call('("a")', 'a'), call('("b")', 'b')]));
const good: DriverEvidence = {
  base: [usual, usual, usual],
  faults: { tried: 2, noticed: ['1'] },
  head: usual,
};
const other = ended(seen([call('("a")', 'a'), call('("b")', 'c')]));
const endless: DriverRun = { kind: 'limit', limit: 'seconds' };
const idle = ended(seen([]));

function asks(...calls: readonly SystemCall[]): DriverRun {
  const systemCalls = { traced: true, calls, gaps: [] };
  return ended({ ...seen([call('("a")', 'a')]), systemCalls });
}

const author = { name: 'writer', model: 'm-1', scripted: true };
function facts(evidence: readonly DriverEvidence[], over: object = {}): DriverFacts {
  const trials: DriverTrials = { kind: 'tried', idle, drivers: evidence };
  const all = evidence.map((_, at) => ({ format: 'cjs' as const, text: `${at}` }));
  return { kind: 'tried', author, drivers: all, screened: [], faults: 2, trials, ...over };
}
function judge(given: DriverFacts) {
  const found = guardrail.check({ drivers: given });
  if (found === undefined) throw new Error('it was not asked');
  return found;
}

describe('what a driver is kept for', () => {
  const target = (kind: SystemCall['kind'], place: string): SystemCall => ({
    kind,
    by: 'node',
    target: place,
  });
  const quiet: DriverRun = ended({
    ...seen([]),
    systemCalls: { traced: true, calls: [target('read', '/srv/x')], gaps: [] },
  });
  it.each<[string, DriverEvidence, string | undefined]>([
    ['all of it', good, undefined],
    ['no time', { base: [] }, 'not-tried'],
    ['no end', { base: [endless] }, 'endless'],
    ['red', { base: [usual, ended(seen([call('("a")', 'a')]), false)] }, 'fails-on-old'],
    ['another answer each time', { base: [usual, other] }, 'flaky'],
    ['another number of calls', { base: [usual, ended(seen([call('("a")', 'a')]))] }, 'flaky'],
    ['a gap', { base: [ended(seen([call('("a")', 'a')], ['too-much']))] }, 'not-whole'],
    ['no call', { base: [ended(seen([]))] }, 'nothing-seen'],
    ['no fault noticed', { ...good, faults: { tried: 2, noticed: [] } }, 'notices-nothing'],
    ['no fault reached', { ...good, faults: { tried: 0, noticed: [] } }, 'notices-nothing'],
    ['a connection', { base: [asks(target('reach', '192.0.2.1:80'))] }, 'network'],
    ['a port', { base: [asks(target('listen', '127.0.0.1:*'))] }, 'network'],
    ['a program', { base: [asks(target('run', '/bin/sh'))] }, 'runs-programs'],
    ['a key', { base: [asks(target('read', '/root/.ssh/id_ed25519'))] }, 'reads-elsewhere'],
    ['a file left behind', { base: [asks(target('write', '/var/x'))] }, 'writes-elsewhere'],
    [
      'a package written to',
      { base: [asks(target('write', './node_modules/pad/index.js'))] },
      'writes-elsewhere',
    ],
    ['what loading reads too', { base: [asks(target('read', '/srv/x'))] }, undefined],
  ])('%s', (_name, evidence, code) => {
    expect(dropOf(evidence, quiet)?.code).toBe(code);
  });

  it('is not kept before it has run often enough and noticed something', () => {
    expect(isKept(good, idle)).toBe(true);
    expect(isKept({ ...good, base: [usual, usual] }, idle)).toBe(false);
    expect(isKept({ base: good.base }, idle)).toBe(false);
  });
});

describe('drivers', () => {
  it.each<[DriverFacts['kind'], string]>([
    ['revert', 'pass drivers.revert'],
    ['nothing', 'pass drivers.nothing-to-drive'],
    ['not-reached', 'pass drivers.not-reached'],
    ['nothing-left', 'pass drivers.nothing-left'],
    ['not-configured', 'not-configured drivers.not-configured'],
    ['no-tests', 'not-configured drivers.no-tests'],
    ['no-faults', 'not-configured drivers.no-faults'],
    ['unmeasured', 'abstain drivers.unmeasured'],
  ])('%s', (kind, expected) => {
    const { verdict, code } = judge({ kind } as DriverFacts);
    expect(`${verdict} ${code}`).toBe(expected);
  });

  it('does not pass where no model answered', () => {
    const found = judge({ kind: 'unanswered', why: 'writer: timeout\u001b[2J', author });
    expect(found).toMatchObject({ verdict: 'not-offered', code: 'drivers.unanswered', evidence: { author } });
    expect(found.reason).toBe('No driver was written: writer: timeout[2J.');
  });

  it('passes with counts, and says who wrote', () => {
    expect(judge(facts([good, good]))).toMatchObject({
      verdict: 'pass',
      code: 'drivers.same',
      reason: '2 drivers by writer (scripted), 4 calls in all, saw the same of the new as of the old.',
      evidence: { author, written: 2, kept: 2, calls: 4, faults: 2, noticed: 1, dropped: [] },
    });
  });

  it('shows the call that differs, and refuses nothing for it', () => {
    expect(judge(facts([{ ...good, head: other }]))).toMatchObject({
      verdict: 'abstain',
      code: 'drivers.differs',
      reason:
        'A driver by writer (scripted) sees of pad: pad.pad("b") (result): old return "b", new return "c".',
      evidence: { differences: [{ call: 'pad.pad("b")', old: 'return "b"', new: 'return "c"' }], count: 1 },
    });
  });

  it('takes its own assertion, and an end that does not come, for a difference', () => {
    const red = ended(seen([call('("a")', 'a'), call('("b")', 'b')]), false);
    expect(judge(facts([{ ...good, head: red }]))).toMatchObject({
      verdict: 'abstain',
      code: 'drivers.differs',
    });
    expect(judge(facts([{ ...good, head: red }])).reason).toContain('old passes, new fails: expected 1');
    expect(judge(facts([{ ...good, head: endless }])).reason).toContain('no end within its limit');
  });

  it.each<[string, DriverFacts, string]>([
    ['none was kept', facts([{ base: [usual, other] }]), 'not-offered drivers.none-kept'],
    ['none was written', facts([]), 'not-offered drivers.none-kept'],
    ['all were screened', facts([], { screened: ['it names process'] }), 'not-offered drivers.none-kept'],
    [
      'the head was not run',
      facts([{ base: good.base, faults: { tried: 1, noticed: ['1'] } }]),
      'abstain drivers.not-compared',
    ],
    [
      'a gap',
      facts([{ ...good, head: ended(seen([call('("a")', 'a'), call('("b")', 'b')], ['x'])) }]),
      'abstain drivers.not-compared',
    ],
    [
      'other calls',
      facts([{ ...good, head: ended(seen([call('("z")', 'a')])) }]),
      'abstain drivers.not-compared',
    ],
    [
      'it cannot be installed',
      facts([], { trials: { kind: 'not-ready', side: 'head', phase: 'install' } }),
      'abstain drivers.not-run',
    ],
  ])('does not pass: %s', (_name, given, expected) => {
    const { verdict, code } = judge(given);
    expect(`${verdict} ${code}`).toBe(expected);
  });

  it('is never a fail, and never more permissive for worse evidence', () => {
    const head = fc.constantFrom(
      usual,
      other,
      endless,
      ended(seen([]), false),
      ended(seen([]), true),
      undefined,
    );
    const one: fc.Arbitrary<DriverEvidence> = fc
      .record({ head, isFlaky: fc.boolean(), isBlind: fc.boolean() })
      .map(({ head: last, isFlaky, isBlind }) => ({
        base: [usual, isFlaky ? other : usual, usual],
        faults: { tried: 1, noticed: isBlind ? [] : ['1'] },
        ...(last && { head: last }),
      }));
    const passes = (all: readonly DriverEvidence[]) => judge(facts(all)).verdict === 'pass';
    fc.assert(
      fc.property(fc.array(one, { maxLength: 5 }), one, fc.nat(4), (all, more, at) => {
        expect(judge(facts(all)).verdict).not.toBe('fail');
        // One that is kept can only take away, once another one passes; without any that is kept nothing passes.
        if (!passes(all) && all.some((each) => isKept(each, idle)))
          expect(passes([...all, more])).toBe(false);
        const kept = all.filter((each) => isKept(each, idle));
        if (kept.length === 0) expect(passes(all)).toBe(false);
        const worse = all.map((each, index) => (index === at ? { ...each, head: endless } : each));
        if (passes(worse)) expect(passes(all)).toBe(true);
      }),
    );
  });

  it('prints nothing that a terminal would act on', () => {
    const bad = ended(seen([call('("\u001b[31m")', '\u001b[2J')]));
    const worse = ended(seen([call('("\u001b[31m")', '\u001b[3J')]));
    const found = judge(facts([{ ...good, base: [bad, bad, bad], head: worse }]));
    expect(JSON.stringify(found)).not.toContain('\\u001b');
    expect(found.code).toBe('drivers.differs');
  });
});
