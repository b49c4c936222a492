import type { CheckedGuardrail, CheckReport } from '../../../views/check-report.ts';
import { escapeXml as safe } from './escape.ts';

/** One test case for each guardrail. What was not checked is an error, unless the policy waives it: a skipped case looks like success to a CI. */
export function renderJunit(report: CheckReport): string {
  const { guardrails, ms } = report;
  const failures = guardrails.filter(({ verdict }) => verdict === 'fail').length;
  const skipped = guardrails.filter(({ waived }) => waived).length;
  const open = guardrails.filter(
    ({ verdict, waived }) => verdict !== 'fail' && verdict !== 'pass' && !waived,
  );
  const counts = `tests="${guardrails.length}" failures="${failures}" errors="${open.length}" skipped="${skipped}" time="${ms / 1000}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="autoland check" ${counts}>
<testsuite name="autoland check" ${counts}>
${guardrails.map(caseOf).join('\n')}
</testsuite>
</testsuites>
`;
}

function caseOf({ name, verdict, code, reason, evidence, ms, waived }: CheckedGuardrail): string {
  const head = `<testcase classname="autoland" name="${safe(name)}" time="${ms / 1000}"`;
  if (verdict === 'pass') return `${head}/>`;
  if (waived) return `${head}><skipped message="${safe(reason)} Waived by the policy."/></testcase>`;
  const kind = verdict === 'fail' ? 'failure' : 'error';
  const body = safe(JSON.stringify(evidence, undefined, 1));
  return `${head}><${kind} type="${safe(code)}" message="${safe(reason)}">${body}</${kind}></testcase>`;
}
