import type { CheckedGuardrail, CheckReport } from '../../../views/check-report.ts';
import { escapeXml as safe } from './escape.ts';

/** One test case for each guardrail. What was not checked is an error: a skipped case looks like success to a CI. */
export function renderJunit(report: CheckReport): string {
  const { guardrails, ms } = report;
  const failures = guardrails.filter(({ verdict }) => verdict === 'fail').length;
  const errors = guardrails.filter(({ verdict }) => verdict !== 'fail' && verdict !== 'pass').length;
  const counts = `tests="${guardrails.length}" failures="${failures}" errors="${errors}" time="${ms / 1000}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="autoland check" ${counts}>
<testsuite name="autoland check" ${counts}>
${guardrails.map(caseOf).join('\n')}
</testsuite>
</testsuites>
`;
}

function caseOf({ name, verdict, code, reason, evidence, ms }: CheckedGuardrail): string {
  const head = `<testcase classname="autoland" name="${safe(name)}" time="${ms / 1000}"`;
  if (verdict === 'pass') return `${head}/>`;
  const kind = verdict === 'fail' ? 'failure' : 'error';
  const body = safe(JSON.stringify(evidence, undefined, 1));
  return `${head}><${kind} type="${safe(code)}" message="${safe(reason)}">${body}</${kind}></testcase>`;
}
