import { printable } from '../../../domain/printable.ts';
import { counted } from '../../../domain/words.ts';
import { type CheckedGuardrail, type CheckReport, rowsOf } from '../../../views/check-report.ts';
import { paintOutcome, seconds, wrap } from '../text.ts';

export type TextLook = { readonly columns: number; readonly coloured: boolean };

/** The verdict first, then a line for each guardrail, then what is behind those that did not pass. */
export function renderText(report: CheckReport, look: TextLook): string {
  const { base, head, guardrails } = report;
  const passed = guardrails.filter(({ verdict }) => verdict === 'pass').length;
  const count = `${passed} of ${counted(guardrails.length, 'guardrail')} passed`;
  const subject = `${base.slice(0, 10)}..${head.slice(0, 10)}, class ${report.class ?? 'not known'}`;
  const behind = guardrails.filter(
    ({ verdict, evidence }) => verdict !== 'pass' && rowsOf(evidence).length > 0,
  );
  const lines = [
    ...wrap(
      `${outcome(report.verdict, look, 0)}: ${subject}; ${count} in ${seconds(report.ms / 1000)}`,
      '  ',
      look.columns,
    ),
    ...report.notes.flatMap((note) => wrap(`note: ${printable(note)}`, '  ', look.columns)),
    '',
    ...guardrails.flatMap((one) => lineOf(one, look)),
    ...behind.flatMap((one) => ['', one.name, ...table(one, look)]),
  ];
  return `${lines.join('\n')}\n`;
}

function outcome(verdict: string, { coloured }: TextLook, padTo: number): string {
  return coloured ? paintOutcome(verdict, padTo) : verdict.padEnd(padTo);
}

function lineOf(one: CheckedGuardrail, look: TextLook): string[] {
  const head = `${outcome(one.verdict, look, 14)} ${one.name.padEnd(15)} `;
  const said = `${printable(one.reason)} (${printable(one.code)})`;
  if (look.columns < 72) return [head.trimEnd(), ...wrap(`  ${said}`, '  ', look.columns)];
  return wrap(`${head}${said}`, ' '.repeat(31), look.columns);
}

function table({ evidence }: CheckedGuardrail, { columns }: TextLook): string[] {
  const rows = rowsOf(evidence);
  const room = Math.min(24, Math.max(...rows.map(([name]) => name.length)));
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
