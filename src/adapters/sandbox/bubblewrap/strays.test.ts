import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../runtime/processes/process-identity.ts';
import { ownerArguments, sweepStrays } from './strays.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** It only bears the mark: a stray can hardly be made on purpose. Any sweep on the machine may end it, at any moment. */
async function marked(pid: number, startTime: string) {
  const [, mark = ''] = ownerArguments({ pid, startTime });
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)', mark, 'more']);
  children.push(child);
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  return { child, ended };
}

describe('sweepStrays', () => {
  it('ends what belongs to a process that is gone, or whose pid another one has now', async () => {
    const gone = spawnSync('true').pid;
    for (const stray of [await marked(gone, '1'), await marked(process.pid, '1')]) {
      sweepStrays();
      expect(await stray.ended).toEqual([null, 'SIGKILL']);
    }
  });

  it('leaves what is looked after, and what bears no mark', async () => {
    const own = await marked(process.pid, startTimeOf(process.pid) ?? '');
    const other = await marked(NaN, 'x');
    sweepStrays();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([own, other].map(({ child: { exitCode, signalCode } }) => exitCode ?? signalCode)).toEqual([
      null,
      null,
    ]);
  });
});
