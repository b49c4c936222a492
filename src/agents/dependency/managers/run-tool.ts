import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AutolandError } from '../../../domain/errors.ts';
import type { Registry } from '../../../ports/registry.ts';
import type { Sandbox } from '../../../ports/sandbox.ts';
import type { Manager } from './choose.ts';
import { projectInside } from './commands.ts';
import { readBack } from './read-back.ts';

/** A manager's tarball, alone in a directory. */
export type Tool = { readonly dir: string; readonly file: string };

export type ToolDeps = {
  readonly sandbox: Pick<Sandbox, 'run'>;
  readonly registry: Pick<Registry, 'manifest'>;
  /** An existing directory that the sandbox can mount from. */
  readonly workspace: string;
};

/**
 * The manager's package, by way of the sandbox, whose registry is read only; its bytes are compared here with the digest that is
 * pinned, or with what registry and project state. Rejects with `sandbox.failed` and `registry.invalid`.
 */
export async function fetchTool(deps: ToolDeps, manager: Manager): Promise<Tool> {
  const { name, version, title } = manager;
  const dir = await mkdtemp(join(deps.workspace, 'manager-'));
  const file = `${name.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
  try {
    await pack(deps, manager, dir);
    await assertGenuine(deps, manager, await readBack(join(dir, file), title));
    return { dir, file };
  } catch (thrown) {
    await rm(dir, { recursive: true, force: true });
    throw thrown;
  }
}

async function pack({ sandbox }: ToolDeps, { name, version, title }: Manager, dir: string): Promise<void> {
  const result = await sandbox.run({
    argv: ['npm', 'pack', `${name}@${version}`, '--ignore-scripts'],
    cwd: projectInside,
    env: { NO_COLOR: '1', npm_config_update_notifier: 'false' },
    mounts: [{ source: dir, target: projectInside, mode: 'write' }],
    network: 'registry',
    limits: { seconds: 120, memoryMiB: 1024, processes: 64, diskMiB: 128, outputKiB: 64 },
  });
  if (result.kind === 'exited' && result.code === 0) return;
  const said = (result.stderr || result.stdout).trim().slice(-600);
  throw new AutolandError(
    'sandbox.failed',
    `Expected to fetch ${title} from the registry; npm said: ${said}`,
    {
      mend: `see that the registry serves ${name}@${version}`,
    },
  );
}

async function assertGenuine({ registry }: ToolDeps, manager: Manager, bytes: Buffer): Promise<void> {
  const { name, version, integrity, stated, title } = manager;
  const expected = integrity ?? (await registry.manifest(name, version))?.integrity;
  const [algorithm = '', digest = ''] = /^(sha\d+)-(.+)$/.exec(expected ?? '')?.slice(1) ?? [];
  const found = algorithm === 'sha512' ? digestOf(bytes, algorithm, 'base64') : undefined;
  const whose = integrity === undefined ? 'the registry states' : 'autoland pins';
  if (found === undefined || found !== digest) {
    throw invalid(
      `Expected ${title} to be the package that ${whose}, ${expected ?? 'of which there is none'}`,
      found,
    );
  }
  if (stated?.of !== 'tarball') return;
  const own = digestOf(bytes, stated.digest.algorithm, 'hex');
  if (own !== stated.digest.hex) {
    throw invalid(
      `Expected ${title} to be the package that packageManager states, ${stated.digest.hex}`,
      own,
    );
  }
}

function digestOf(bytes: Buffer, algorithm: string, encoding: 'base64' | 'hex'): string {
  return createHash(algorithm).update(bytes).digest(encoding);
}

function invalid(expected: string, found: string | undefined): AutolandError {
  return new AutolandError('registry.invalid', `${expected}; found ${found ?? 'none of sha512'}.`, {
    mend: 'do not run it, and find out who changed it',
  });
}
