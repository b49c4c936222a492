import { type CheckedGuardrail, type CheckReport, hasDetails } from '../../../views/check-report.ts';
import { viewOf } from '../../../views/evidence.ts';
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
    ...guardrails.filter(hasDetails).flatMap(details),
  ];
  return `${lines.join('\n')}\n`;
}

function details({ name, evidence, hint }: CheckedGuardrail): string[] {
  const { rows, tables, omitted } = viewOf(evidence, 20);
  const parts = [
    ...(rows.length === 0 ? [] : [tableOf(rows)]),
    ...tables.map(({ columns, rows: cells }) => tableOf(cells, columns)),
    ...(omitted === 0 ? [] : [`${omitted} more`]),
    ...(hint === undefined
      ? []
      : [`<p>${safe(hint.says)}</p><pre>${hint.lines.map(safe).join('<br>')}</pre>`]),
  ];
  if (parts.length === 0) return [];
  return ['', `<details><summary>${escapeXml(name)}</summary>${parts.join('')}</details>`];
}

function tableOf(rows: readonly (readonly string[])[], columns: readonly string[] = []): string {
  const cell = (kind: 'td' | 'th') => (text: string) =>
    `<${kind}>${text.split('\n').map(safe).join('<br>')}</${kind}>`;
  const head = columns.length === 0 ? '' : `<tr>${columns.map(cell('th')).join('')}</tr>`;
  return `<table>${head}${rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('')}</table>`;
}
