import type { CheckReport } from '../../../views/check-report.ts';
import { jsonText } from '../../output.ts';

export function renderJson(report: CheckReport): string {
  return `${jsonText(report)}\n`;
}
