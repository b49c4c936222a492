import type { ScanReport } from '../../wiring/scan/scanning.ts';
import { paint, wrap } from './text.ts';

export function renderScan(report: ScanReport): string[] {
  const { proposals, skipped, dryRun, tasks = [] } = report;
  return [
    ...proposals.flatMap(({ change, title, places = [] }) => [
      `${paint('green', dryRun ? 'would propose' : 'proposed')}  ${title}${change === null ? '' : `  ${change}`}`,
      ...places.flatMap((place) => wrap(`  ${place}`, ' '.repeat(4))),
    ]),
    ...tasks.flatMap(({ about, agent, rule }) =>
      wrap(
        `${paint('green', 'begins')}  ${about}: a task of ${agent}, when autoland up looks next (${rule})`,
        ' '.repeat(8),
      ),
    ),
    ...skipped.flatMap(({ name, reason, code }) =>
      wrap(`${paint('dim', 'left alone')}  ${name}: ${reason} (${code})`, ' '.repeat(12)),
    ),
    ...(proposals.length + skipped.length + tasks.length === 0 ? ['nothing to propose'] : []),
  ];
}
