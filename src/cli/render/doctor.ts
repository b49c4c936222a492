import type { DoctorFinding } from '../../wiring/doctor.ts';
import { paint, wrap } from './text.ts';

const styles = { works: 'green', missing: 'yellow', broken: 'red' } as const;

export function renderDoctor(findings: readonly DoctorFinding[]): string[] {
  return findings.flatMap(({ check, status, detail, mend }) => [
    ...wrap(`${paint(styles[status], status.padEnd(8))} ${check.padEnd(14)} ${detail}`, ' '.repeat(24)),
    ...(mend === null ? [] : [`${' '.repeat(24)}mend: ${mend}`]),
  ]);
}
