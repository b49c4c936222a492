import type { ScanReport } from '../../wiring/scan.ts';
import { paint, wrap } from './text.ts';

export function renderScan(report: ScanReport): string[] {
  const { proposals, skipped, dryRun } = report;
  return [
    ...proposals.map(
      ({ change, title }) =>
        `${paint('green', dryRun ? 'would propose' : 'proposed')}  ${title}${change === null ? '' : `  ${change}`}`,
    ),
    ...skipped.flatMap(({ name, reason, code }) =>
      wrap(`${paint('dim', 'left alone')}  ${name}: ${reason} (${code})`, ' '.repeat(12)),
    ),
    ...(proposals.length + skipped.length === 0 ? ['nothing to look at'] : []),
  ];
}
