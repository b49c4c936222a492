import { describe, expect, it } from 'vitest';
import type { Behaviour, Observation } from '../../../domain/behaviour.ts';
import type { ChangeClass, PackageChange } from '../../../domain/change.ts';
import type { SystemCall, SystemCalls } from '../../../domain/system-calls.ts';
import type { RegistryFacts, TestFacts } from '../facts.ts';
import { systemCalls } from './system-calls.ts';

const update: PackageChange = { name: 'a', path: 'node_modules/a', from: '1.0.0', to: '1.0.1', direct: true };
const asked = (kind: SystemCall['kind'], target: string): SystemCall => ({
  kind,
  target,
  by: '/opt/node/bin/node',
});
const run = (...calls: readonly SystemCall[]): SystemCalls => ({ traced: true, calls, gaps: [] });
const untraced: SystemCalls = { traced: false, calls: [], gaps: [] };

type Runs = readonly [SystemCalls | undefined, SystemCalls | undefined, SystemCalls | undefined];

function observed(...[first, second, head]: Runs): Observation {
  const behaviour = (calls: SystemCalls | undefined): Behaviour => ({
    loads: [],
    calls: new Map(),
    gaps: [],
    systemCalls: calls,
  });
  return { kind: 'observed', base: [behaviour(first), behaviour(second)], head: behaviour(head) };
}

function verdictOf(
  observation: Observation | undefined,
  { packages = [update], changeClass = 'dependency-patch' as ChangeClass, configured = true } = {},
) {
  const tests = configured ? { configured, class: changeClass, observed: observation } : { configured };
  return systemCalls.check({
    registry: { packages } as Partial<RegistryFacts> as RegistryFacts,
    tests: tests as Partial<TestFacts> as TestFacts,
  });
}

describe('system-calls', () => {
  it('passes what asks for what it asked for', () => {
    const same = run(asked('read', '/etc/passwd'));
    expect(verdictOf(observed(same, same, same))).toMatchObject({
      verdict: 'pass',
      code: 'system-calls.same',
      evidence: { base: 1, head: 1, masked: 0 },
    });
  });

  it('fails a program, and says what it is and who started it', () => {
    const started: SystemCall = { ...asked('run', '/usr/bin/curl'), args: ['-d', '\u001b[2J@/etc/passwd'] };
    expect(verdictOf(observed(run(), run(), run(started, asked('read', '/etc/passwd'))))).toMatchObject({
      verdict: 'fail',
      code: 'system-calls.program-started',
      reason:
        'With the new versions /opt/node/bin/node starts /usr/bin/curl -d [2J@/etc/passwd, which did not happen with the old (and 1 more).',
      evidence: { count: 2, found: [{ code: 'program-started' }, { code: 'file-read' }] },
    });
  });

  it('abstains where it may be right', () => {
    expect(verdictOf(observed(run(), run(), run(asked('read', '/etc/passwd'))))).toMatchObject({
      verdict: 'abstain',
      code: 'system-calls.file-read',
    });
  });

  it.each<[string, Observation, string]>([
    ['a gap', observed(run(), run(), { ...run(), gaps: ['too-many'] }), 'truncated'],
    ['a gap in the base', observed({ ...run(), gaps: ['x'] }, run(), run()), 'truncated'],
    ['a run that nobody looked at', observed(run(), undefined, run()), 'not-recorded'],
    ['a head that is not traced', observed(run(), run(), untraced), 'not-recorded'],
    ['a base that is not traced', observed(untraced, untraced, run()), 'not-recorded'],
    ['tests that cannot be watched', { kind: 'disturbed' }, 'disturbed'],
    ['tests that fail', { kind: 'not-run' }, 'not-run'],
  ])('abstains for %s', (_name, observation, code) => {
    expect(verdictOf(observation)).toMatchObject({ verdict: 'abstain', code: `system-calls.${code}` });
  });

  it('says a finding before a gap', () => {
    const head = { ...run(asked('reach', '192.0.2.1:80')), gaps: ['unreadable'] };
    expect(verdictOf(observed(run(), run(), head))).toMatchObject({ code: 'system-calls.address-reached' });
  });

  it('is not configured without a tracer, or without tests', () => {
    expect(verdictOf(observed(untraced, untraced, untraced))).toMatchObject({
      verdict: 'not-configured',
      code: 'system-calls.no-tracer',
      reason: expect.stringContaining('install strace'),
    });
    expect(verdictOf(undefined, { configured: false })).toMatchObject({
      verdict: 'not-configured',
      code: 'system-calls.not-configured',
    });
  });

  it('passes where there is nothing to compare, and says so', () => {
    expect(verdictOf(undefined)).toMatchObject({ verdict: 'pass', code: 'system-calls.own-code' });
    expect(verdictOf(undefined, { packages: [] })).toMatchObject({
      verdict: 'pass',
      code: 'system-calls.nothing-to-observe',
    });
    expect(verdictOf(undefined, { changeClass: 'revert' })).toMatchObject({
      verdict: 'pass',
      code: 'system-calls.revert',
    });
  });

  it('bounds its evidence', () => {
    const many = Array.from({ length: 5000 }, (_, at) =>
      asked('read', `/srv/${'x'.repeat(900)}/${String.fromCharCode(97 + (at % 26))}${'y'.repeat(at / 26)}`),
    );
    const found = verdictOf(observed(run(), run(), run(...many)));
    expect(found?.evidence.count).toBe(5000);
    expect(JSON.stringify(found).length).toBeLessThan(6000);
  });
});
