import type { Sha } from './change.ts';
import type { Json } from './json.ts';
import type { GuardrailsReport } from './stage.ts';
import {
  type About,
  findingExtension,
  guardrailsId,
  simpleVerification,
  testResult,
  type UnsignedStatement,
  vulnerabilities,
} from './statements.ts';
import type { GuardrailResult, Verdict } from './verdict.ts';

export type CheckedTree = {
  /** What was checked: a change's name, and `gitTree:…`. */
  readonly subject: About;
  /** The commit that it was compared with. */
  readonly base: Sha;
  readonly at: Date;
};

/** What the guardrails found, to be signed: a test result for each, what advisories say, and one summary of those that passed. */
export function guardrailStatements(
  { results }: GuardrailsReport,
  checked: CheckedTree,
): readonly UnsignedStatement[] {
  const { subject, at } = checked;
  const passed = results.filter(({ verdict }) => verdict === 'pass');
  const properties = passed.map(({ name }) => propertyOf(name));
  const summary = simpleVerification({ subject, verifier: guardrailsId, at, properties });
  const scanned = results.flatMap((result) => scanOf(result, checked));
  return [...results.map((result) => resultOf(result, checked)), ...scanned, summary];
}

/** `supply-chain` -> `AUTOLAND_SUPPLY_CHAIN`. */
function propertyOf(name: string): string {
  return `AUTOLAND_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** Only a pass is PASSED: what abstained, was not configured or not offered says WARNED, and the finding says which. */
const outcomes: Readonly<Record<Verdict, 'PASSED' | 'WARNED' | 'FAILED'>> = {
  pass: 'PASSED',
  fail: 'FAILED',
  abstain: 'WARNED',
  'not-configured': 'WARNED',
  'not-offered': 'WARNED',
};

/** Only where a source of advisories was asked and answered: silence is no scan. */
function scanOf(
  { name, verdict, evidence, ms }: GuardrailResult,
  { subject, at }: CheckedTree,
): readonly UnsignedStatement[] {
  const isAnswered = verdict === 'pass' || verdict === 'fail';
  if (name !== 'advisories' || !isAnswered || !Array.isArray(evidence.found)) return [];
  const found = (evidence.found as readonly Json[]).flatMap((one) => {
    const { id, severity, of } = (one ?? {}) as { readonly [key: string]: Json };
    return typeof id === 'string' && typeof severity === 'string' && typeof of === 'string'
      ? [{ id, severity, of }]
      : [];
  });
  const finishedOn = new Date(at.getTime() + ms);
  return [vulnerabilities({ subject, scanner: guardrailsId, startedOn: at, finishedOn, found })];
}

function resultOf(found: GuardrailResult, { subject, base }: CheckedTree): UnsignedStatement {
  const { name, verdict, code, reason, evidence } = found;
  const result = outcomes[verdict];
  const only = (wanted: typeof result) => (result === wanted ? [name] : []);
  return testResult({
    subject,
    result,
    configuration: [{ name: 'base', digest: `gitCommit:${base}` }],
    passed: only('PASSED'),
    warned: only('WARNED'),
    failed: only('FAILED'),
    extension: { [findingExtension]: { name, verdict, code, reason, evidence } },
  });
}
