import type { FsckFinding } from '../../audit/fsck.ts';
import { paintOutcome, wrap } from './text.ts';

export function renderFsck(result: {
  readonly ok: boolean;
  readonly findings: readonly FsckFinding[];
}): string[] {
  return [
    ...result.findings.flatMap(({ check, ok, detail }) =>
      wrap(`${paintOutcome(ok ? 'pass' : 'fail', 6)} ${check.padEnd(24)} ${detail}`, ' '.repeat(32)),
    ),
    result.ok
      ? 'everything agrees'
      : 'something disagrees: change nothing by hand; see docs/guide/operations.md',
  ];
}
