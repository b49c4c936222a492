import type { VersionReport } from '../domain/self-report.ts';

/** What the running versions of a service say of themselves. */
export interface SelfReportSource {
  /**
   * One for each instance that runs. MUST tell versions by who launched them, never by what they claim; MUST answer or reject
   * within seconds; what is in it MUST be bounded and printable, whatever a service sent.
   */
  reports(service: string): Promise<readonly VersionReport[]>;
}
