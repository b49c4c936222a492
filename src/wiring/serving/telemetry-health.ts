import { slowReportSeconds } from '../../domain/self-report.ts';
import type { Missing } from '../doctor/doctor-check.ts';

export type Reporting = {
  /** RFC 3339; null: it has never reported. */
  readonly lastSeen: string | null;
  readonly everySeconds: number | null;
};

const exportOften = 'export every second: exportIntervalMillis, or OTEL_METRIC_EXPORT_INTERVAL=1000';

/** Whether the instances that run say soon enough what happens; a string: they do. */
export function telemetryHealth(reports: readonly Reporting[], now: Date): string | Missing {
  if (reports.length === 0) return { missing: 'no instance runs', mend: 'autoland up' };
  const ages = reports.flatMap(({ lastSeen }) =>
    lastSeen === null ? [] : [(now.getTime() - Date.parse(lastSeen)) / 1000],
  );
  if (ages.length === 0)
    return {
      missing: 'no instance has reported metrics; the router counts users all the same',
      mend: 'export OTLP every second to the Unix socket that AUTOLAND_OTLP_SOCKET names',
    };
  const pace = Math.max(0, ...reports.map(({ everySeconds }) => everySeconds ?? 0));
  const oldest = Math.max(...ages);
  if (pace > slowReportSeconds && oldest < pace)
    return {
      missing: `an instance reports every ${pace.toFixed(0)} s, too late for a rollout`,
      mend: exportOften,
    };
  if (oldest > slowReportSeconds)
    return { missing: `an instance has not reported for ${oldest.toFixed(0)} s`, mend: exportOften };
  if (ages.length < reports.length) return { missing: 'an instance has never reported', mend: exportOften };
  return `every instance reported within ${slowReportSeconds} s`;
}
