import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardrailStatements } from './guardrail-statements.ts';
import { findingExtension, predicateTypes } from './statements.ts';
import type { GuardrailResult, Verdict } from './verdict.ts';

const verdicts: readonly Verdict[] = ['pass', 'fail', 'abstain', 'not-configured', 'not-offered'];
const tree = 'b'.repeat(40);
const checked = {
  subject: { name: 'chg_1', digest: `gitTree:${tree}` },
  base: 'a'.repeat(40),
  at: new Date('2026-01-02T03:04:05Z'),
};

const found = (name: string, verdict: Verdict): GuardrailResult => ({
  name,
  verdict,
  code: `${name}.code`,
  reason: 'because',
  evidence: { seen: 1 },
  ms: 5,
});

const statementsOf = (results: readonly GuardrailResult[]) =>
  guardrailStatements({ verdict: 'abstain', results }, checked);

describe('guardrailStatements', () => {
  it('names the tree that was checked, the base, and the finding', () => {
    const [statement] = statementsOf([found('tests', 'fail')]);
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'chg_1', digest: { gitTree: tree } }],
      predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
      predicate: {
        result: 'FAILED',
        configuration: [{ name: 'base', digest: { gitCommit: checked.base } }],
        failedTests: ['tests'],
        passedTests: [],
        [findingExtension]: { verdict: 'fail', code: 'tests.code', evidence: { seen: 1 } },
      },
    });
  });

  it('tells what advisories say, where a source answered', () => {
    const result = found('advisories', 'fail');
    const one = { id: 'GHSA-1', severity: 'high', of: 'kit@1.0.0' };
    const told = guardrailStatements(
      { verdict: 'fail', results: [{ ...result, evidence: { found: [one] } }] },
      checked,
    );
    const scan = told.find(({ predicateType }) => predicateType === predicateTypes.vulnerabilities);
    expect(scan).toMatchObject({
      subject: [{ digest: { gitTree: tree } }],
      predicate: { scanner: { result: [{ id: 'GHSA-1', annotations: [{ package: 'kit@1.0.0' }] }] } },
    });
    expect(statementsOf([result])).toHaveLength(2);
  });

  it('calls nothing passed or verified that did not pass', () => {
    const results = fc
      .array(fc.constantFrom(...verdicts))
      .map((list) => list.map((verdict, at) => found(`g-${at}`, verdict)));
    fc.assert(
      fc.property(results, (list) => {
        const statements = statementsOf(list);
        const summary = statements.at(-1);
        expect(summary?.predicateType).toBe(predicateTypes.simpleVerification);
        const passed = list.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name);
        expect(summary?.predicate.properties).toEqual(passed.map((name) => `AUTOLAND_G_${name.slice(2)}`));
        const said = statements.slice(0, -1).flatMap(({ predicate }) => predicate.passedTests);
        expect(said).toEqual(passed);
        expect(statements).toHaveLength(list.length + 1);
      }),
    );
  });
});
