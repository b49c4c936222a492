import { type CheckReport, statementsOf } from '../../../views/check-report.ts';

/** Unsigned statements, one on a line, for whoever signs them: https://github.com/in-toto/attestation/blob/main/spec/v1/bundle.md */
export function renderInToto(report: CheckReport): string {
  return statementsOf(report)
    .map((statement) => `${JSON.stringify(statement)}\n`)
    .join('');
}
