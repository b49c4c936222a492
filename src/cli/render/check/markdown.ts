import { type CheckedGuardrail, type CheckReport, rowsOf } from '../../../views/check-report.ts';
import { escapeXml, escapeMarkdown as safe } from './escape.ts';

/** For a comment on a pull request: nothing of the repository becomes markup in it. */
export function renderMarkdown(report: CheckReport): string {
  const { base, head, guardrails, notes } = report;
  const lines = [
    `### autoland check: ${report.verdict}`,
    '',
    `Class ${report.class ?? 'not known'}, <code>${base.slice(0, 10)}..${head.slice(0, 10)}</code>`,
    ...notes.flatMap((note) => ['', `Note: ${safe(note)}`]),
    '',
    '| verdict | guardrail | found |',
    '|---|---|---|',
    ...guardrails.map(
      (one) => `| **${one.verdict}** | ${safe(one.name)} | ${safe(one.reason)} (${safe(one.code)}) |`,
    ),
    ...guardrails.filter(({ verdict }) => verdict !== 'pass').flatMap(details),
  ];
  return `${lines.join('\n')}\n`;
}

function details({ name, evidence }: CheckedGuardrail): string[] {
  const rows = rowsOf(evidence);
  if (rows.length === 0) return [];
  const cells = rows.map(
    ([key, value]) => `<tr><td>${safe(key)}</td><td>${value.split('\n').map(safe).join('<br>')}</td></tr>`,
  );
  return ['', `<details><summary>${escapeXml(name)}</summary><table>${cells.join('')}</table></details>`];
}
