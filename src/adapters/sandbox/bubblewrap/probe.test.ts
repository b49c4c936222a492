import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SandboxJob, SandboxResult } from '../../../ports/sandbox.ts';
import { probeIsolation } from './probe.ts';

const execute = promisify(execFile);

describe('probeIsolation', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'autoland-probe-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  // Runs the attempts with no isolation at all, harmlessly: the forbidden writes are kept to the test's directory.
  async function onTheHost({ argv }: SandboxJob): Promise<SandboxResult> {
    const [, ...args] = argv.map((text) =>
      text.replaceAll(/"\/(usr|dev)?\/?autoland-probe"/g, `"${directory}/write"`),
    );
    const { stdout, stderr } = await execute(process.execPath, args);
    return { kind: 'exited', code: 0, stdout, stderr, ms: 1 };
  }

  it('sees every hole of a sandbox that is none', async () => {
    const findings = await probeIsolation(directory, onTheHost);
    const failed = new Set(findings.filter(({ ok }) => !ok).map(({ check }) => check));
    for (const check of ['egress', 'host-environment', 'host-files', 'writes', 'unprivileged', 'keyring']) {
      expect(failed).toContain(check);
    }
  });

  it.each([
    ['a silent job', { kind: 'exited', code: 0, stdout: '', stderr: '', ms: 1 }],
    ['a job without findings', { kind: 'exited', code: 0, stdout: '[]', stderr: '', ms: 1 }],
    ['a job that reached a limit', { kind: 'limit', limit: 'seconds', stdout: '', stderr: '', ms: 1 }],
  ] as const)('is not satisfied with %s', async (_, result) => {
    const findings = await probeIsolation(directory, async () => result);
    expect(findings.some(({ ok }) => !ok)).toBe(true);
  });

  it('is not satisfied when the sandbox does not start, and takes its canary out of the environment again', async () => {
    const findings = await probeIsolation(directory, async () => {
      throw new Error('no namespaces here');
    });
    expect(findings).toEqual([{ check: 'start', ok: false, detail: 'no namespaces here' }]);
    expect(Object.keys(process.env).filter((name) => name.startsWith('AUTOLAND_CANARY'))).toEqual([]);
  });
});
