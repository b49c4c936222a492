import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NpmRegistry } from '../../adapters/registry/npm-registry.ts';
import { loadNpmSettings } from '../../adapters/registry/npm-settings.ts';
import { BubblewrapSandbox } from '../../adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { versionOf } from '../../adapters/sandbox/bubblewrap/programs.ts';
import { traceAttempt } from '../../adapters/tracer/strace.ts';
import { AutolandError } from '../../domain/errors.ts';
import { makeState, type Place, stateFiles } from '../place/place.ts';
import type { Check, Missing } from './doctor-check.ts';

const run = promisify(execFile);

export const machineChecks: readonly Check[] = [
  { name: 'node', look: async () => `${process.version} at ${process.execPath}` },
  { name: 'git', look: async () => (await run('git', ['--version'])).stdout.trim() },
  { name: 'registry', look: registryAnswers },
];

async function registryAnswers(): Promise<string> {
  const registry = new NpmRegistry({ settings: await loadNpmSettings({ env: process.env }) });
  const found = await registry.describe('npm');
  if (found === undefined)
    throw new AutolandError('registry.invalid', 'the registry does not know the package npm');
  return `${(await registry.origins()).join(', ')} answers (${found.versions.length} versions of npm)`;
}

type WithSandbox = <T>(look: (sandbox: BubblewrapSandbox) => Promise<T>) => Promise<T>;

export function sandboxChecks(using: WithSandbox): readonly Check[] {
  return [
    { name: 'sandbox', look: () => using(sandboxHolds) },
    { name: 'tracer', look: () => using(tracerTraces) },
  ];
}

export const sandboxOf = ({ state, files }: Pick<Place, 'state' | 'files'>) =>
  new BubblewrapSandbox({ stateDir: state, workDir: files.work });

async function sandboxHolds(sandbox: BubblewrapSandbox): Promise<string> {
  const { ok, findings } = await sandbox.probe();
  const versioned = async ({ check, detail }: (typeof findings)[number]) =>
    `${check}: ${(await versionOf(check)) ?? detail}`;
  if (ok) return (await Promise.all(findings.map(versioned))).join('; ');
  const bad = findings.filter((finding) => !finding.ok).map(({ check, detail }) => `${check}: ${detail}`);
  throw new AutolandError('sandbox.unavailable', bad.join('; '), {
    mend: 'apt-get install -y bubblewrap socat',
  });
}

async function tracerTraces(sandbox: BubblewrapSandbox): Promise<string | Missing> {
  const limits = { seconds: 20, memoryMiB: 256, processes: 32, diskMiB: 16, outputKiB: 16 };
  const job = { argv: traceAttempt, cwd: '/tmp', env: {}, mounts: [], network: 'none', limits } as const;
  // Why there is no sandbox is told under sandbox.
  const result = await sandbox.run(job).catch(() => undefined);
  if (result?.kind === 'exited' && result.code === 0)
    return `${result.stdout.trim()}: it traces in the sandbox`;
  return {
    missing:
      'strace is not installed, or may not trace in the sandbox: what tests ask of the kernel is not seen',
    mend: 'apt-get install -y strace',
  };
}

/** Where no repository says which state directory is its own. */
export async function withoutPlace<T>(look: (sandbox: BubblewrapSandbox) => Promise<T>): Promise<T> {
  const state = await mkdtemp(join(tmpdir(), 'autoland-doctor-'));
  try {
    // The sandbox's user must pass.
    await chmod(state, 0o711);
    const files = stateFiles(state);
    await makeState({ repo: '', state, files });
    return await look(sandboxOf({ state, files }));
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}
