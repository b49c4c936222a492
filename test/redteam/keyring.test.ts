import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BubblewrapSandbox } from '../../src/adapters/sandbox/bubblewrap/bubblewrap-sandbox.ts';

/** add_key, request_key, keyctl, bpf, io_uring_setup, by `process.arch`. */
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  x64: [248, 249, 250, 321, 425],
  arm64: [217, 218, 219, 280, 425],
};
/** Makes a key in the session's keyring, asks for one, asks for the keyring's id; then the others, harmlessly. */
const ATTACK = `my ($add, $request, $control, $bpf, $ring) = @ARGV;
my ($type, $name, $value) = ("user", "attack", "hush");
my @made = (syscall($add, $type, $name, $value, 4, -3), syscall($request, $type, $name, 0, 0), syscall($control, 0, -3, 0),
  syscall($bpf, 99, 0, 0), syscall($ring, 0, 0));
my $all = join " ", @made;
open my $keys, "<", "/proc/keys"; print "$all ", join "", <$keys>;`;

describe('a hostile job and the keyrings of who started autoland', () => {
  let root: string;
  let sandbox: BubblewrapSandbox;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'autoland-keyring-'));
    await chmod(root, 0o755);
    sandbox = new BubblewrapSandbox({ workDir: root, stateDir: root });
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const run = (argv: readonly [string, ...string[]]) =>
    sandbox.run({
      argv,
      cwd: '/tmp',
      env: {},
      mounts: [],
      network: 'none',
      limits: { seconds: 20, memoryMiB: 256, processes: 64, diskMiB: 16, outputKiB: 64 },
    });

  it('is tried by the probe', async () => {
    const { findings } = await sandbox.probe();
    expect(findings).toContainEqual(expect.objectContaining({ check: 'keyring', ok: true }));
  });

  it.skipIf(spawnSync('perl', ['-e', '1']).status !== 0)('neither reads nor writes them', async () => {
    const numbers = (NUMBERS[process.arch] ?? []).map(String);
    expect(await run(['perl', '-e', ATTACK, ...numbers])).toMatchObject({ stdout: '-1 -1 -1 -1 -1 ' });
  });

  it('is filtered from its first process on', async () => {
    const script = `const { readdirSync, readFileSync } = require('node:fs');
      const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
      console.log([...new Set(pids.map((pid) => /^Seccomp:.*$/m.exec(readFileSync('/proc/' + pid + '/status', 'utf8'))[0]))].join());`;
    expect(await run(['node', '-e', script])).toMatchObject({ stdout: 'Seccomp:\t2\n' });
  });
});
