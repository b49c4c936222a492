import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RuntimeCommands } from '../../../ports/runtime.ts';
import { eventually } from '../../../testing/router-stage.ts';
import { RuntimeCommandStage } from '../../../testing/runtime-command-stage.ts';
import { startTimeOf } from '../processes/process-identity.ts';
import { CommandCaller } from './command-caller.ts';

let stage: RuntimeCommandStage;
let caller: CommandCaller;
beforeEach(() => {
  stage = new RuntimeCommandStage();
  caller = new CommandCaller(stage.options.commands ?? { allowed: [], never: [] });
});
afterEach(() => stage.close());

const digest = `sha256:${'a'.repeat(64)}`;
const call = (changes: Partial<RuntimeCommands> = {}) =>
  caller.call('stop', stage.commands({ stop: ['stop'], timeoutSeconds: 5, ...changes }), {
    service: 'shop',
    digest,
  });
const failing = (message: RegExp) =>
  expect.objectContaining({ code: 'command.failed', message: expect.stringMatching(message) });

describe('CommandCaller', () => {
  it('tells JSON on standard input, gives a minimal environment, and reads one object', async () => {
    const path = join(stage.stage.dir, 'told.json');
    const secret = join(stage.stage.dir, 'secret');
    writeFileSync(secret, 'hush-hush\n');
    process.env.AUTOLAND_TEST_LEAK = 'leak';
    stage.script(
      'stop',
      `require('node:fs').writeFileSync(${JSON.stringify(path)}, JSON.stringify({ told, env: process.env, cwd: process.cwd(), argv: process.argv.slice(2) }));
       console.log(JSON.stringify({ digest: told.digest }));`,
    );
    const answered = await call({ stop: ['stop', '--region', 'eu'], secretFiles: { TOKEN: secret } });
    expect(answered).toEqual({ digest });
    const seen = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>;
    expect(seen.told).toEqual({
      protocol: 1,
      call: 'stop',
      service: 'shop',
      digest,
      settings: stage.commands().settings,
      secrets: { TOKEN: 'hush-hush' },
    });
    expect(new Set(Object.keys(seen.env ?? {}))).toEqual(new Set(['HOME', 'LANG', 'PATH']));
    expect(seen).toMatchObject({ cwd: '/', argv: ['--region', 'eu'] });
  });

  it.each<[string, string, RegExp]>([
    [
      'an exit code',
      "console.error('no such cluster'); process.exit(7)",
      /exit code 7[\s\S]*no such cluster/,
    ],
    ['a signal', "process.kill(process.pid, 'SIGKILL')", /ended by SIGKILL/],
    ['nothing', '', /expected \{"digest": "sha256:…"\}/],
    ['no JSON', "console.log('stopped')", /not one JSON value\nstopped/],
    ['two objects', 'console.log(\'{"digest":"a"}\\n{"digest":"b"}\')', /not one JSON value/],
    ['words before the object', 'console.log(\'ok\\n{"digest":"a"}\')', /not one JSON value/],
    ['a list', "console.log('[]')", /found what is not/],
    ['another key', 'console.log(\'{"digest":"a","extra":1}\')', /extra/],
    ['a number for a digest', 'console.log(\'{"digest":1}\')', /digest/],
    [
      'too much',
      "process.stdout.write('x'.repeat(3 << 20)); setInterval(() => {}, 1000)",
      /more than 1048576 bytes/,
    ],
    [
      'too much of standard error',
      "process.stderr.write('x'.repeat(3 << 20)); setInterval(() => {}, 1000)",
      /more than 1048576 bytes/,
    ],
  ])('fails where a command answers %s', async (_, code, message) => {
    stage.script('stop', code);
    await expect(call()).rejects.toThrow(failing(message));
  });

  it('fails where a command cannot be started', async () => {
    stage.install('stop', '#!/does/not/exist\n');
    await expect(call()).rejects.toThrow(failing(/could not be started/));
  });

  it('fails where the words of a command are too long together', async () => {
    stage.script('stop', '');
    await expect(call({ stop: ['stop', 'x'.repeat(3 << 20)] })).rejects.toThrow(
      failing(/could not be started/),
    );
  });

  it('does not mind a command that reads nothing of what it is told', async () => {
    stage.install('stop', `#!/bin/sh\nexec 0<&-\necho '{"digest":"${digest}"}'\n`);
    const large = { BIG: 'x'.repeat(500_000) };
    expect(await call({ settings: large })).toEqual({ digest });
  });

  it.each([
    ['heeds SIGTERM', ''],
    ['ignores it', "process.on('SIGTERM', () => {});"],
  ])('ends a command that hangs and %s, and all that it started', async (_, code) => {
    const path = join(stage.stage.dir, 'pids');
    stage.script(
      'stop',
      `${code}
       const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' });
       require('node:fs').writeFileSync(${JSON.stringify(path)}, process.pid + ' ' + child.pid);
       setInterval(() => {}, 1000);`,
    );
    await expect(call({ timeoutSeconds: 1 })).rejects.toThrow(failing(/took longer than 1 s/));
    const pids = readFileSync(path, 'utf8').split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await eventually(() => pids.every((pid) => startTimeOf(pid) === undefined), 'both have ended');
  });

  it('waits neither for what a command left behind in its group, nor for who keeps its output open', async () => {
    const path = join(stage.stage.dir, 'pids');
    stage.script(
      'stop',
      `const { spawn } = require('node:child_process');
       const left = spawn('sleep', ['600'], { stdio: 'inherit' });
       const apart = spawn('sleep', ['601'], { stdio: 'inherit', detached: true });
       require('node:fs').writeFileSync(${JSON.stringify(path)}, left.pid + ' ' + apart.pid);
       console.log(JSON.stringify({ digest: told.digest }));
       process.exit(0);`,
    );
    // Else it would end with the test's own limit.
    expect(await call()).toEqual({ digest });
    const [left = 0, apart = 0] = readFileSync(path, 'utf8').split(' ').map(Number);
    await eventually(() => startTimeOf(left) === undefined, 'what was left is ended');
    expect(startTimeOf(apart)).toBeDefined();
    process.kill(apart, 'SIGKILL');
  });

  it.each([
    ['in its error', "console.error('login with ' + told.secrets.TOKEN + ' failed'); process.exit(1)"],
    ['instead of an answer', 'console.log(told.secrets.TOKEN)'],
    ['in its answer', 'console.log(JSON.stringify({ digest: told.secrets.TOKEN, more: 1 }))'],
  ])('quotes no secret that a command prints %s', async (_, code) => {
    const secret = join(stage.stage.dir, 'secret');
    writeFileSync(secret, 'correct horse battery');
    stage.script('stop', code);
    const thrown: unknown = await call({ secretFiles: { TOKEN: secret } }).catch((one: unknown) => one);
    expect(thrown).toMatchObject({ code: 'command.failed', message: expect.stringContaining('[masked]') });
    expect(String(thrown)).not.toContain('horse');
  });

  it('quotes no secret of a version that does not run either', async () => {
    const secret = join(stage.stage.dir, 'secret');
    writeFileSync(secret, 'correct horse battery');
    stage.script(
      'deploy',
      'console.log(JSON.stringify({ digest: told.digest, failed: "no " + told.secrets.TOKEN }))',
    );
    const commands = stage.commands({ deploy: ['deploy'], secretFiles: { TOKEN: secret } });
    expect(await caller.call('deploy', commands, { digest })).toEqual({ digest, failed: 'no [masked]' });
  });

  it('reads no secret out of its own state: a key would be told to a command', async () => {
    const path = join(stage.stage.dir, 'ran');
    stage.script('stop', `require('node:fs').writeFileSync(${JSON.stringify(path)}, '')`);
    const key = join(stage.options.stateDir, 'keys', 'gate.key');
    await expect(call({ secretFiles: { TOKEN: key } })).rejects.toMatchObject({ code: 'command.refused' });
    await expect(call({ secretFiles: { TOKEN: '/does/not/exist' } })).rejects.toMatchObject({
      code: 'config.invalid',
    });
    expect(existsSync(path)).toBe(false);
  });
});
