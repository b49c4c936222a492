import { describe, expect, it } from 'vitest';
import {
  digestSet,
  gateExtension,
  readGateDecision,
  slsaProvenance,
  testResult,
  type VerificationSummaryInput,
  verificationSummary,
} from './statements.ts';

const subject = { name: 'shop', digest: `sha256:${'a'.repeat(64)}` };
const at = new Date('2026-01-02T03:04:05Z');
const summaryInput: VerificationSummaryInput = {
  subject,
  resource: 'service:shop',
  result: 'PASSED',
  at,
  policy: { uri: '.autoland/policy.cedar', digest: 'b'.repeat(64) },
  inputs: [{ uri: 'provenance', digest: `sha256:${'c'.repeat(64)}` }],
  change: 'chg_1',
  log: { size: 7, root: 'd'.repeat(64) },
  expires: new Date('2026-01-03T00:00:00Z'),
  nonce: 'n',
};

describe('digestSet', () => {
  it('takes algorithm:hex and nothing else', () => {
    expect(digestSet(`gitCommit:${'1'.repeat(40)}`)).toEqual({ gitCommit: '1'.repeat(40) });
    for (const wrong of ['', 'sha256:', 'sha256:XYZ', 'a'.repeat(64), ':aa', `sha256:${'A'.repeat(64)}`]) {
      expect(() => digestSet(wrong), wrong).toThrow(TypeError);
    }
  });
});

describe('slsaProvenance', () => {
  it('has the fields that SLSA v1 requires', () => {
    const commit = '1'.repeat(40);
    const parameters = { build: 'npm run build' };
    const rest = { parameters, invocation: 'i', startedOn: at, finishedOn: at };
    expect(slsaProvenance({ subject, repository: 'git:shop', commit, ...rest })).toMatchObject({
      subject: [{ name: 'shop', digest: { sha256: 'a'.repeat(64) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: expect.stringMatching(/^urn:autoland:/),
          externalParameters: { build: 'npm run build', source: { commit } },
          resolvedDependencies: [{ uri: 'git:shop', digest: { gitCommit: commit } }],
        },
        runDetails: {
          builder: { id: expect.stringMatching(/^urn:autoland:/) },
          metadata: { invocationId: 'i', startedOn: '2026-01-02T03:04:05.000Z' },
        },
      },
    });
  });
});

describe('verificationSummary', () => {
  it('reads back as the gate decided', () => {
    const made = verificationSummary(summaryInput);
    expect(made.predicateType).toBe('https://slsa.dev/verification_summary/v1');
    expect(readGateDecision(made)).toEqual({
      change: 'chg_1',
      expires: summaryInput.expires,
      logRoot: 'd'.repeat(64),
      logSize: 7,
      nonce: 'n',
      result: 'PASSED',
      resource: 'service:shop',
      policyDigest: 'b'.repeat(64),
    });
  });

  it('is no decision when anything is missing or another predicate', () => {
    const made = verificationSummary(summaryInput);
    expect(readGateDecision({ ...made, predicateType: 'https://slsa.dev/provenance/v1' })).toBeUndefined();
    for (const field of ['verifier', 'verificationResult', 'resourceUri', 'policy', gateExtension]) {
      const { [field]: _dropped, ...predicate } = made.predicate;
      expect(readGateDecision({ ...made, predicate }), field).toBeUndefined();
    }
    for (const field of ['change', 'expires', 'logRoot', 'logSize', 'nonce']) {
      const extension = { ...Object(made.predicate[gateExtension]), [field]: null };
      const predicate = { ...made.predicate, [gateExtension]: extension };
      expect(readGateDecision({ ...made, predicate }), field).toBeUndefined();
    }
  });
});

describe('testResult', () => {
  it('has the fields of test-result v0.1', () => {
    const configuration = [{ name: 'suite', digest: `gitCommit:${'1'.repeat(40)}` }];
    const input = {
      subject,
      result: 'FAILED',
      configuration,
      passed: ['a'],
      warned: [],
      failed: ['b'],
    } as const;
    expect(testResult(input).predicate).toEqual({
      result: 'FAILED',
      configuration: [{ name: 'suite', digest: { gitCommit: '1'.repeat(40) } }],
      passedTests: ['a'],
      warnedTests: [],
      failedTests: ['b'],
    });
  });
});
