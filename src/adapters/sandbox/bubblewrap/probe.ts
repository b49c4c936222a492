import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../../domain/errors.ts';
import type { SandboxJob, SandboxResult } from '../../../ports/sandbox.ts';
import { type EscapePlan, escapeScript, type Finding } from './attempt-escape.ts';

const findingsSchema = z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() }));
const CHECKS = [
  'egress',
  'host-environment',
  'host-files',
  'writes',
  'nested-namespaces',
  'unprivileged',
  'keyring',
];

/** Tries to get out of a sandbox made by `run`, which must be the very way that jobs go. */
export async function probeIsolation(
  directory: string,
  run: (job: SandboxJob) => Promise<SandboxResult>,
): Promise<readonly Finding[]> {
  const canaryName = `AUTOLAND_CANARY_${randomBytes(8).toString('hex')}`;
  const secrets = await mkdtemp(join(directory, 'canary-'));
  const canaryFile = join(secrets, 'secret');
  let reached = false;
  const listener = createServer((socket) => {
    reached = true;
    socket.destroy();
  });
  process.env[canaryName] = randomBytes(16).toString('hex');
  try {
    // World-readable on purpose: only the sandbox's own view of the file system hides it.
    await writeFile(canaryFile, randomBytes(16).toString('hex'), { mode: 0o644 });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const forbiddenWrites = [
      '/usr/autoland-probe',
      '/autoland-probe',
      '/dev/autoland-probe',
      join(secrets, 'written'),
    ];
    const plan = { hostPort: portOf(listener.address()), canaryName, canaryFile, forbiddenWrites };
    const findings = readFindings(await run(probeJob(plan)));
    return reached
      ? [...findings, { check: 'egress', ok: false, detail: 'a listener of the host was reached' }]
      : findings;
  } catch (thrown) {
    return [{ check: 'start', ok: false, detail: messageOf(thrown) }];
  } finally {
    delete process.env[canaryName];
    listener.close();
    await rm(secrets, { recursive: true, force: true });
  }
}

function probeJob(plan: EscapePlan): SandboxJob {
  return {
    argv: ['node', '-e', escapeScript(plan)],
    cwd: '/tmp',
    env: {},
    mounts: [],
    network: 'none',
    limits: { seconds: 60, memoryMiB: 512, processes: 64, diskMiB: 16, outputKiB: 64 },
  };
}

/** Every check must have been made: an answer that leaves one out is not ok. */
function readFindings(result: SandboxResult): Finding[] {
  if (result.kind === 'limit')
    return [{ check: 'start', ok: false, detail: `reached the ${result.limit} limit` }];
  const parsed = findingsSchema.safeParse(parseJson(result.stdout));
  if (!parsed.success) {
    return [{ check: 'start', ok: false, detail: `exit ${result.code}: ${result.stderr.slice(-500)}` }];
  }
  const made = new Set(parsed.data.map(({ check }) => check));
  const missing = CHECKS.filter((check) => !made.has(check));
  return [...parsed.data, ...missing.map((check) => ({ check, ok: false, detail: 'was not tried' }))];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
}
