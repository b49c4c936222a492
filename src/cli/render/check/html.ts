import type { CheckedGuardrail, CheckReport } from '../../../views/check-report.ts';
import { viewOf } from '../../../views/evidence.ts';
import { escapeXml as safe } from './escape.ts';

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ccc}
td{white-space:pre-wrap;overflow-wrap:anywhere}.pass{color:#17692f}.fail{color:#b01c1c}.abstain,.not-configured,.not-offered{color:#7d5200}`;

/** One file that fetches nothing and runs nothing. */
export function renderHtml(report: CheckReport): string {
  const { verdict, base, head, guardrails, notes } = report;
  const rows = guardrails.map(
    (one) =>
      `<tr><td class="${one.verdict}">${one.verdict}</td><td>${safe(one.name)}</td><td>${safe(`${one.reason} (${one.code})`)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>autoland check: ${verdict}</title>
<style>${style}</style></head><body>
<h1>autoland check: <span class="${verdict}">${verdict}</span></h1>
<p>Class ${safe(report.class ?? 'not known')}, <code>${safe(base)}..${safe(head)}</code></p>
${notes.map((note) => `<p>Note: ${safe(note)}</p>`).join('\n')}
<table><tr><th>verdict</th><th>guardrail</th><th>found</th></tr>${rows.join('\n')}</table>
${guardrails.map(details).join('\n')}
</body></html>
`;
}

function details({ name, evidence, hint }: CheckedGuardrail): string {
  const { rows, tables, omitted } = viewOf(evidence, 200);
  const parts = [
    ...(rows.length === 0 ? [] : [tableOf(rows)]),
    ...tables.map((table) => `<h3>${safe(table.name)}</h3>${tableOf(table.rows, table.columns)}`),
    ...(omitted === 0 ? [] : [`<p>${omitted} more</p>`]),
    ...(hint === undefined ? [] : [`<p>${safe(hint.says)}</p><pre>${safe(hint.lines.join('\n'))}</pre>`]),
  ];
  return parts.length === 0 ? '' : `<h2>${safe(name)}</h2>${parts.join('\n')}`;
}

function tableOf(rows: readonly (readonly string[])[], columns: readonly string[] = []): string {
  const row = (kind: 'td' | 'th') => (cells: readonly string[]) =>
    `<tr>${cells.map((text) => `<${kind}>${safe(text)}</${kind}>`).join('')}</tr>`;
  const head = columns.length === 0 ? '' : row('th')(columns);
  return `<table>${head}${rows.map(row('td')).join('\n')}</table>`;
}
