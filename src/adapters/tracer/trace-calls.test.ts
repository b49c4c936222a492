import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestCommands } from '../../ports/test-runner.ts';
import { compareCalls } from '../../stages/2-guardrails/system-calls/compare.ts';
import { hasTracer } from '../../testing/has-tracer.ts';
import { TempGit, type TestFiles } from '../../testing/temp-git.ts';
import { BubblewrapSandbox } from '../sandbox/bubblewrap/bubblewrap-sandbox.ts';
import { projectJobs } from '../test-runner/project-commands.ts';
import { SandboxTestRunner } from '../test-runner/sandbox-test-runner.ts';

const place = realpathSync(mkdtempSync(join(tmpdir(), 'autoland-trace-')));
const workspace = join(place, 'work');
let git: TempGit;
let runner: SandboxTestRunner;
beforeAll(() => {
  chmodSync(place, 0o711);
  mkdirSync(workspace);
  git = new TempGit();
  const sandbox = new BubblewrapSandbox({ stateDir: place, workDir: join(place, 'sandbox') });
  runner = new SandboxTestRunner(projectJobs({ git, sandbox, workspace, nodeVersion: '24' }));
});
afterAll(() => {
  git.remove();
  rmSync(place, { recursive: true, force: true });
});

const npm: TestCommands = { install: null, build: null, test: ['npm', 'test'], testSeconds: 60 };

/** It is asked for a number, and does what else it likes. */
const library = (version: string, body: string): TestFiles => ({
  'node_modules/lib/package.json': JSON.stringify({ name: 'lib', version }),
  'node_modules/lib/index.js': `const fs = require('node:fs'), os = require('node:os'), net = require('node:net'), cp = require('node:child_process');
module.exports = async () => { ${body}; return 1; };`,
});
const project: TestFiles = {
  'package.json': JSON.stringify({ name: 'p', scripts: { test: 'node --test' } }),
  'test/a.test.js': `require('node:test').test('one', async () => { require('node:assert').equal(await require('lib')(), 1); });`,
};
const old = `fs.writeFileSync(os.tmpdir() + '/' + Math.random(), '1');
  const server = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', () => net.connect(server.address().port).on('close', resolve)));
  server.close();
  try { fs.readFileSync('/etc/' + process.pid) } catch {}`;

async function differences(body: string, commands = npm) {
  const base = git.commit('main', { ...project, ...library('1.0.0', old) });
  const head = git.commit('topic', library('1.0.1', `${old}; ${body}`), base);
  const runs = await runner.compare(commands, {
    base,
    head,
    judgedBy: 'base',
    observe: { packages: ['lib'], modules: [] },
  });
  if (runs.observed?.kind !== 'observed') throw new Error(`found ${JSON.stringify(runs)}`);
  const [first, second, now] = [...runs.observed.base, runs.observed.head].map((run) => run.systemCalls);
  if (first === undefined || second === undefined || now === undefined) throw new Error('nobody looked');
  expect([first, second, now].map(({ traced, gaps }) => [traced, gaps])).toEqual(Array(3).fill([true, []]));
  expect(readdirSync(workspace)).toEqual([]);
  return compareCalls([first, second], now).found.map(
    ({ code, call }) => `${code} ${call.by} ${call.target}`,
  );
}

const node = '/opt/node/bin/node';

describe.skipIf(!hasTracer())('tracing in the sandbox', () => {
  it('finds nothing in a version that does what the old one did', async () => {
    expect(await differences('')).toEqual([]);
  });

  it('sees what a new version newly starts, reaches and reads, though npm does the like', async () => {
    const found = await differences(`cp.execSync('id');
      try { fs.readFileSync(os.homedir() + '/.npmrc') } catch {}
      fs.existsSync(os.homedir() + '/.ssh/id_rsa');
      fs.writeFileSync(os.homedir() + '/.profile', '');
      await fetch('http://192.0.2.1').catch(() => {});
      await fetch('http://example.invalid').catch(() => {});
      try { cp.spawnSync('no-such-program') } catch {}`);
    expect(found).toEqual(
      expect.arrayContaining([
        `credentials-read ${node} /home/sandbox/.npmrc`,
        `credentials-read ${node} /home/sandbox/.ssh/id_rsa`,
        `program-started ${node} /bin/sh`,
        'program-started /bin/sh /usr/bin/id',
        `address-reached ${node} 192.0.2.1:80`,
        `name-looked-up ${node} a name`,
        `file-written ${node} /home/sandbox/.profile`,
      ]),
    );
    expect(found.filter((each) => each.includes('no-such-program')).length).toBe(1);
  });

  it('sees it all the same where somebody reads, removes and floods what the tracer writes to', async () => {
    const pipe = '/autoland/calls/pipe';
    const found = await differences(`
      for (const act of [() => fs.openSync('${pipe}', 'r'), () => fs.unlinkSync('${pipe}'), () => fs.chmodSync('${pipe}', 0o666),
        () => fs.renameSync('${pipe}', '/autoland/calls/other')])
        try { act(); throw new TypeError('was let') } catch (error) { if (error instanceof TypeError) throw error }
      const pid = fs.readFileSync('/proc/self/status', 'utf8').match(/TracerPid:\\s*(\\d+)/)[1];
      for (const fd of fs.readdirSync('/proc/' + pid + '/fd')) try { fs.truncateSync('/proc/' + pid + '/fd/' + fd) } catch {}
      fs.writeFileSync('${pipe}', '9 access("/usr/x", F_OK) = 0\\n'.repeat(5000));
      try { fs.readFileSync(os.homedir() + '/.npmrc') } catch {}
      fs.writeFileSync('${pipe}', '9 access("/usr/x", F_OK) = 0\\n'.repeat(5000))`);
    expect(found).toEqual(
      expect.arrayContaining([
        `tracer-touched ${node} ${pipe}`,
        `credentials-read ${node} /home/sandbox/.npmrc`,
      ]),
    );
  });
});
