import type { StatusView } from '../../views/status-view.ts';
import { cut, paint, paintOutcome, width, wrap } from './text.ts';

export function renderStatus(view: StatusView): string[] {
  const { service, stopped, controlPlane } = view;
  return [
    `${paint('bold', view.repo)}  ${view.branch.name} at ${view.branch.tip.slice(0, 10)}`,
    `  state     ${view.state}`,
    `  autonomy  ${stopped === null ? 'running' : paint('red', `STOPPED by ${stopped.by} at ${stopped.at}: ${stopped.reason}`)}`,
    `  control   ${controlPlane === null ? 'no control plane is running (autoland up)' : `process ${controlPlane.pid}`}`,
    ...wrap(`  policy    ${view.policy.note}`, ' '.repeat(12)),
    ...(service === null ? ['  service   none configured or adopted'] : renderService(service)),
    '',
    ...(view.changes.length === 0 ? ['no changes yet: autoland scan'] : view.changes.map(renderLine)),
  ];
}

function renderService(service: NonNullable<StatusView['service']>): string[] {
  const { candidate } = service;
  const shown =
    candidate === null
      ? 'none'
      : `${candidate.digest.slice(0, 19)} for ${(candidate.share * 100).toFixed(1)} % (${candidate.flag})`;
  return [
    `  service   ${service.name}: stable ${service.stable.slice(0, 19)} from ${service.commit.slice(0, 10)}`,
    `            candidate ${shown}`,
  ];
}

function renderLine(line: StatusView['changes'][number]): string {
  const head = `${line.id}  ${paintOutcome(line.state, 11)}  `;
  return head + cut(`${line.title}${line.code === null ? '' : ` (${line.code})`}`, width() - 31);
}
