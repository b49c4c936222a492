import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { type CheckedGuardrail, type CheckReport, hasDetails } from '../../../views/check-report.ts';
import { type EvidenceTable, type Row, viewOf } from '../../../views/evidence.ts';
import { paintOutcome, seconds, wrap } from '../text.ts';

export type TextLook = { readonly columns: number; readonly coloured: boolean };

/** The verdict first, then a line for each guardrail, then what is behind those that did not pass. */
export function renderText(report: CheckReport, look: TextLook): string {
  const { base, head, guardrails } = report;
  const passed = guardrails.filter(({ verdict }) => verdict === 'pass').length;
  const waived = guardrails.filter((one) => one.waived).length;
  const also = waived === 0 ? '' : `, ${waived} waived`;
  const count = `${passed} of ${counted(guardrails.length, 'guardrail')} passed${also}`;
  const subject = `${base.slice(0, 10)}..${head.slice(0, 10)}, class ${report.class ?? 'not known'}`;
  const room = Math.max(...guardrails.map(({ name }) => name.length));
  const lines = [
    ...wrap(
      `${outcome(report.verdict, look, 0)}: ${subject}; ${count} in ${seconds(report.ms / 1000)}`,
      '  ',
      look.columns,
    ),
    ...report.notes.flatMap((note) => wrap(`note: ${printable(note)}`, '  ', look.columns)),
    '',
    ...guardrails.flatMap((one) => lineOf(one, look, room)),
    ...guardrails.filter(hasDetails).flatMap((one) => behind(one, look)),
  ];
  return `${lines.join('\n')}\n`;
}

function outcome(verdict: string, { coloured }: TextLook, padTo: number): string {
  return coloured ? paintOutcome(verdict, padTo) : verdict.padEnd(padTo);
}

function lineOf(one: CheckedGuardrail, look: TextLook, room: number): string[] {
  const head = `${outcome(one.verdict, look, 14)} ${one.name.padEnd(room)} `;
  const waived = one.waived ? ' Waived by the policy.' : '';
  const said = `${printable(one.reason)}${waived} (${printable(one.code)})`;
  if (look.columns < 72) return [head.trimEnd(), ...wrap(`  ${said}`, '  ', look.columns)];
  return wrap(`${head}${said}`, ' '.repeat(room + 16), look.columns);
}

const mostRows = 8;

function behind({ name, evidence, hint }: CheckedGuardrail, { columns }: TextLook): string[] {
  const { rows, tables, omitted } = viewOf(evidence, mostRows);
  const lines = [
    ...tables.flatMap((table) => tableLines(table, columns)),
    ...rowLines(rows, columns),
    ...(omitted === 0 ? [] : [`  (${omitted} more: --json)`]),
    ...(hint === undefined ? [] : wrap(`  ${hint.says}`, '  ', columns)),
    ...(hint?.lines ?? []).map((line) => `  ${line}`),
  ];
  return lines.length === 0 ? [] : ['', name, ...lines];
}

function rowLines(rows: readonly Row[], columns: number): string[] {
  const room = Math.min(24, Math.max(0, ...rows.map(([name]) => name.length)));
  const indent = ' '.repeat(room + 4);
  return rows.flatMap(([name, value]) => {
    const [first = '', ...rest] = value.split('\n').map(printable);
    const head = `  ${printable(name).padEnd(room)}  `;
    return [
      ...wrap(head + first, indent, columns),
      ...rest.flatMap((line) => wrap(indent + line, indent, columns)),
    ];
  });
}

/** Side by side where there is room for it, else each value below the other. */
function tableLines({ columns: names, rows }: EvidenceTable, columns: number): string[] {
  const cells = [names, ...rows].map((row) => row.map((cell) => printable(cell.replaceAll('\n', ' '))));
  const widths = names.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const total = widths.reduce((sum, each) => sum + each + 2, 0);
  if (total <= columns)
    return cells.map((row) =>
      `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd(),
    );
  return rows.flatMap((row) =>
    rowLines(
      names.map((name, at): Row => [name, row[at] ?? '']),
      columns,
    ),
  );
}
