import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasTracer } from '../../testing/has-tracer.ts';
import { underStrace } from './strace.ts';
import { TraceReading } from './trace-reading.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'autoland-strace-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const run = (script: string, options: SpawnSyncOptions = {}) => {
  const [file, ...args] = underStrace(['/bin/sh', '-c', script], join(place, 'trace'));
  return spawnSync(file, args, { ...options, cwd: place, encoding: 'utf8', timeout: 300_000 });
};

it('runs the command as it is where there is no strace', () => {
  expect(run('echo out; exit 3', { env: { PATH: place } })).toMatchObject({
    status: 3,
    stdout: 'out\n',
    stderr: '',
  });
  expect(() => readFileSync(join(place, 'trace'))).toThrow('ENOENT');
});

describe.skipIf(!hasTracer())('underStrace', () => {
  it('changes nothing that the command says, and writes what it calls', () => {
    expect(run('echo out; echo err >&2; exit 3')).toMatchObject({
      status: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    const reading = new TraceReading(place);
    reading.push(readFileSync(join(place, 'trace')));
    const { traced, calls, gaps } = reading.done();
    expect({ traced, gaps }).toEqual({ traced: true, gaps: [] });
    expect(calls[0]).toMatchObject({ kind: 'run', by: 'autoland', target: '/bin/sh' });
  });

  it('does not wait for what the command leaves behind', () => {
    expect(run('sleep 60 & echo $! > left', { stdio: 'ignore' }).status).toBe(0);
    const left = Number.parseInt(readFileSync(join(place, 'left'), 'utf8'), 10);
    // Throws where that has ended. DANGER: 0 would be everything that runs these tests.
    process.kill(left, 'SIGKILL');
  });

  it('lets nobody make these calls who gets rid of the tracer', () => {
    const tracer = "sed -n 's/^TracerPid:[[:space:]]*//p' /proc/self/status";
    const { stdout } = run(
      `kill -9 $(${tracer}); sleep 0.2; cat /etc/passwd; (: < /etc/passwd) && echo read; echo end`,
    );
    expect(stdout.replace('end\n', '')).toBe('');
  });
});
