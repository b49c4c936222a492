import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../testing/router-stage.ts';
import { RuntimeCommandStage } from '../../../testing/runtime-command-stage.ts';
import { isAlive, startTimeOf } from '../processes/process-identity.ts';
import { CommandCaller } from './command-caller.ts';
import { streamCommand } from './stream-command.ts';

let stage: RuntimeCommandStage;
let lines: string[] = [];
let ends: string[] = [];
let stop: () => void = () => {};
beforeEach(() => {
  stage = new RuntimeCommandStage();
  [lines, ends] = [[], []];
});
afterEach(async () => {
  stop();
  await stage.close();
});

/** A command that runs this code once it has read its first line. */
function stream(code: string): void {
  stage.install(
    'witness',
    `#!${process.execPath}
const input = require('node:readline').createInterface({ input: process.stdin });
const say = (text) => process.stdout.write(text);
input.once('line', (line) => { const told = JSON.parse(line); ${code} });
`,
  );
  // What is ended after a test tells of it in the next.
  const [said, over] = [lines, ends];
  const caller = new CommandCaller(stage.options.commands ?? { allowed: [], never: [] });
  const commands = { ...stage.commands(), witness: ['witness'] as const };
  stop = streamCommand(caller.begin('witness', commands, { service: 'shop' }), {
    line: (text) => said.push(text),
    ended: (why) => over.push(why),
  });
}

const ended = () => eventually(() => ends.length > 0, 'ended');

describe('a program that runs for as long as it likes', () => {
  it('is told who it is called for, and hands on each whole line as it comes', async () => {
    stream("say(told.call + ' ' + told.service + '\\n\\nhal'); setTimeout(() => say('f\\nrest'), 50);");
    await eventually(() => lines.length === 2, 'two lines');
    expect(lines).toEqual(['witness shop', 'half']);
    expect(ends).toEqual([]);
  });

  it('ends once, and what it said last is told with its lines before', async () => {
    stream(
      "say('a\\nb\\n'); console.error('the log is gone'); process.exitCode = 3; process.stdin.destroy();",
    );
    await ended();
    expect(lines).toEqual(['a', 'b']);
    expect(ends.join()).toMatch(/it ended with exit code 3[\s\S]*the log is gone/);
  });

  it('learns that it is not wanted by the end of its input, and of a group that does not heed it nothing is left', async () => {
    stream(
      "process.on('SIGTERM', () => {}); const child = require('node:child_process').spawn('sleep', ['60']); say(child.pid + '\\n');",
    );
    await eventually(() => lines.length === 1, 'began');
    const pid = Number(lines[0]);
    const child = { pid, startTime: startTimeOf(pid) ?? '' };
    stop();
    await ended();
    expect(ends).toHaveLength(1);
    expect(ends[0]).toContain('it was not wanted any more');
    await eventually(() => !isAlive(child), 'its child has ended');
  });

  it('is ended where it never ends a line', async () => {
    stream("setInterval(() => say('x'.repeat(10_000)), 1);");
    await ended();
    expect(ends[0]).toMatch(/a line of more than 65536 characters/);
    expect(lines).toEqual([]);
  });

  it('may not be there any more by now', async () => {
    const begin = {
      executable: { file: '/nonexistent/witness', name: 'witness', args: [] },
      env: {},
      input: '',
      secrets: [],
    };
    stop = streamCommand(begin, { line: () => {}, ended: (why) => ends.push(why) });
    await ended();
    expect(ends[0]).toMatch(/could not be started .*ENOENT/);
  });
});
