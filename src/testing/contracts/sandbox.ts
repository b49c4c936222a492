import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sandbox, SandboxJob } from '../../ports/sandbox.ts';

export type SandboxUnderTest = {
  readonly sandbox: Sandbox;
  /** A fresh host directory that a job may mount. */
  directory(): Promise<string>;
};

export const LIMITS = { seconds: 20, memoryMiB: 256, processes: 64, diskMiB: 16, outputKiB: 64 } as const;

/** A job that runs a shell script and has nothing else. */
export function shellJob(script: string, change: Partial<SandboxJob> = {}): SandboxJob {
  return {
    argv: ['sh', '-c', script],
    cwd: '/tmp',
    env: {},
    mounts: [],
    network: 'none',
    limits: LIMITS,
    ...change,
  };
}

export function sandboxContract(make: () => SandboxUnderTest): void {
  describe('sandbox contract', () => {
    it('finds itself in order', async () => {
      const { ok, findings } = await make().sandbox.probe();
      expect(findings.filter((finding) => !finding.ok)).toEqual([]);
      expect(ok).toBe(true);
    });

    it('gives back exit code and both outputs', async () => {
      const result = await make().sandbox.run(shellJob('echo out; echo err >&2; exit 3'));
      expect(result).toMatchObject({ kind: 'exited', code: 3, stdout: 'out\n', stderr: 'err\n' });
    });

    it('calls an unknown command 127, as a shell does', async () => {
      const result = await make().sandbox.run(shellJob('', { argv: ['no-such-command'] }));
      expect(result).toMatchObject({ kind: 'exited', code: 127 });
    });

    it('passes arguments and variables untouched, and no variable of the host', async () => {
      const env = { ODD: 'a b\n"$HOME" \'x\'' };
      const argv = [
        'node',
        '-e',
        'console.log(JSON.stringify([process.argv.slice(1), process.env]))',
        '--',
        '$(id)',
        'a b',
      ];
      const result = await make().sandbox.run(shellJob('', { argv: ['node', ...argv.slice(1)], env }));
      const [args, seen] = JSON.parse(result.stdout);
      expect(args).toEqual(['$(id)', 'a b']);
      expect(seen.ODD).toBe(env.ODD);
      expect(new Set(Object.keys(seen))).toEqual(new Set(['HOME', 'LANG', 'ODD', 'PATH', 'PWD', 'TMPDIR']));
    });

    it('reads a read-only mount, writes a writable one, and starts where it is told', async () => {
      const { sandbox, directory } = make();
      const [input, output] = [await directory(), await directory()];
      await writeFile(join(input, 'given'), 'given text');
      const result = await sandbox.run(
        shellJob('pwd; cat given; cp given ../out/copy; touch forbidden', {
          cwd: '/work/in',
          mounts: [
            { source: input, target: '/work/in', mode: 'read' },
            { source: output, target: '/work/out', mode: 'write' },
          ],
        }),
      );
      expect(result).toMatchObject({ kind: 'exited', code: 1, stdout: '/work/in\ngiven text' });
      expect(await readFile(join(output, 'copy'), 'utf8')).toBe('given text');
    });

    it('mounts one directory inside another', async () => {
      const { sandbox, directory } = make();
      const [outer, inner] = [await directory(), await directory()];
      await mkdir(join(outer, 'sub'));
      await writeFile(join(inner, 'file'), 'inner');
      const mounts = [
        { source: inner, target: '/work/sub', mode: 'read' as const },
        { source: outer, target: '/work', mode: 'read' as const },
      ];
      expect((await sandbox.run(shellJob('cat /work/sub/file', { mounts }))).stdout).toBe('inner');
    });

    it('has Node and npm', async () => {
      const result = await make().sandbox.run(shellJob('node --version && npm --version'));
      expect(result).toMatchObject({ kind: 'exited', code: 0 });
      expect(result.stdout).toContain(process.version);
    });

    it('keeps the end of a long output', async () => {
      const limits = { ...LIMITS, outputKiB: 4 };
      const result = await make().sandbox.run(shellJob('seq 1 100000; echo the end', { limits }));
      expect(result.kind).toBe('exited');
      expect(result.stdout.endsWith('100000\nthe end\n')).toBe(true);
      expect(result.stdout.length).toBeLessThan(4_200);
    });

    it('runs jobs side by side', async () => {
      const { sandbox } = make();
      const results = await Promise.all([1, 2, 3, 4].map((n) => sandbox.run(shellJob(`echo ${n}`))));
      expect(results.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n', '4\n']);
    });
  });
}
