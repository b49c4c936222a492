import { afterAll, describe, expect, it } from 'vitest';
import { processesNaming } from '../journeys/cli.ts';
import { HostileWorld } from './support/hostile-world.ts';

const settings = `version: 1
commands: { install: null, test: [node, --test, t.test.js], testSeconds: 10 }
`;
const prelude = `const { test } = require('node:test'); const fs = require('node:fs'); const cp = require('node:child_process');`;
const secret = 'hunter2-of-the-caller';
const mark = '777.125';

/** A name, the body of a test, and what `tests` says of it. */
const attacks: readonly (readonly [string, string, RegExp])[] = [
  ['sleeps for ever', 'return new Promise(() => setInterval(() => {}, 1e6));', /^tests\.limit-seconds$/],
  ['forks without end', `cp.execSync('f(){ f|f& };f;sleep 5');`, /^tests\.limit-processes$/],
  ['eats memory', 'for (const a = []; ; ) a.push(Buffer.alloc(1 << 26, 1));', /^tests\.(limit-|base-red)/],
  [
    'fills the disk',
    `for (let at = 0; ; at += 1) fs.appendFileSync('/work/f' + (at % 9), Buffer.alloc(1 << 24));`,
    /^tests\.(limit-|base-red)/,
  ],
  [
    'ends all that it sees',
    `for (const pid of fs.readdirSync('/proc')) if (+pid && +pid !== process.pid) try { process.kill(+pid, 9); } catch {}
     process.kill(-1, 9);`,
    /^tests\./,
  ],
  [
    'prints a gigabyte',
    'for (let at = 0; at < 1024; at += 1) fs.writeSync(1, Buffer.alloc(1 << 20, 65));',
    /./,
  ],
  [
    'tells its environment, and every other that it can read',
    `const read = (pid) => { try { return fs.readFileSync('/proc/' + pid + '/environ', 'utf8'); } catch { return ''; } };
     throw new Error(JSON.stringify(process.env) + fs.readdirSync('/proc').map(read).join());`,
    /^tests\.base-red$/,
  ],
  [
    'leaves daemons, and folders that nobody may enter',
    `cp.spawn('setsid', ['sleep', '${mark}'], { detached: true, stdio: 'ignore' }).unref();
     fs.mkdirSync('/work/x/y', { recursive: true }); fs.writeFileSync('/work/x/y/f', '1');
     cp.execSync('chmod 000 /work/x/y; chmod 555 /work/x /work');`,
    /./,
  ],
  ['removes its own folder', `cp.execSync('rm -rf /work/* /work/.[a-z]* /tmp/*');`, /./],
  ['writes what terminals obey', `throw new Error('\\x1b]0;x\\x07\\x1b[2J\\x9b31m');`, /^tests\.base-red$/],
];

describe('check of a project whose tests are hostile', () => {
  const world = new HostileWorld();
  afterAll(() => world.remove());

  it.each(attacks)('holds one that %s', async (name, body, code) => {
    const files = {
      '.autoland/autoland.yaml': settings,
      't.test.js': `${prelude}\ntest('attack', () => { ${body} });`,
    };
    const dir = world.repository(name.replaceAll(/\W/g, '-'), { ...files, 'a.js': '1' }, { 'a.js': '2' });
    const env = { CALLERS_TOKEN: secret, NPM_TOKEN: secret };
    const answer = await world.check(dir, ['HEAD~1..HEAD', '--no-stop-early'], { env });
    expect([0, 1]).toContain(answer.code);
    expect(answer.report?.guardrails.find((one) => one.name === 'tests')?.code).toMatch(code);
    expect(answer.stdout + answer.stderr).not.toContain(secret);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(answer.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    expect(world.left()).toEqual([]);
    expect(processesNaming(mark)).toEqual([]);
  });
});
