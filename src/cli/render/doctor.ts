import type { DoctorFinding } from '../../wiring/doctor/doctor.ts';
import { isNarrow, paint, wrap } from './text.ts';

const styles = { works: 'green', missing: 'yellow', broken: 'red' } as const;

export function renderDoctor(findings: readonly DoctorFinding[]): string[] {
  const indent = ' '.repeat(isNarrow() ? 2 : 24);
  return findings.flatMap(({ check, status, detail, mend }) => {
    const head = `${paint(styles[status], status.padEnd(8))} ${check.padEnd(14)}`;
    const lines = wrap(`${indent}${detail}`, indent);
    const beside = isNarrow()
      ? [head.trimEnd(), ...lines]
      : [head + (lines[0] ?? '').slice(23), ...lines.slice(1)];
    return [...beside, ...(mend === null ? [] : wrap(`${indent}mend: ${mend}`, indent))];
  });
}
