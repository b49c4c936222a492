import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { checkCommands } from './check-commands.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-serve-'));
  writeFileSync(
    join(dir, 'server.js'),
    `const { createServer } = require('node:http');
require('node:fs').writeFileSync('pid', String(process.pid));
createServer((request, response) => {
  response.writeHead(request.url === '/cart' ? 500 : 200).end(process.env.GREETING);
}).listen(process.env.PORT, '127.0.0.1');\n`,
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const config = (command: string, health = '{ timeoutSeconds: 20 }') =>
  parseConfig(
    `version: 1\nservice: { name: shop, command: [node, ${command}], env: { GREETING: hello }, health: ${health} }\n`,
    'test.yaml',
  );

function run(check: string, of = config('server.js')) {
  const { test } = checkCommands(of, { command: check, serve: true }, 'shop');
  const [, ...args] = test;
  const done = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8', timeout: 300_000 });
  return { code: done.status, said: done.stdout.trim() };
}
const asks = (path: string) =>
  `"${process.execPath}" -e "fetch(process.env.URL + '${path}').then(async (r) => { console.log(await r.text()); process.exit(r.ok ? 0 : 7); })"`;

it('a check that needs the service is asked of it while it runs, and says how it ends', () => {
  expect(run(asks('/'))).toEqual({ code: 0, said: 'hello' });
  expect(run(`${asks('/cart')}; code=$?; cat pid; exit $code`)).toMatchObject({ code: 7 });
  const pid = Number(spawnSync('cat', [join(dir, 'pid')], { encoding: 'utf8' }).stdout);
  // Nothing of the tree outlives its answer.
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('a version that does not come up says nothing', () => {
  expect(run('exit 0', config('gone.js')).code).toBe(125);
  expect(run('exit 0', config('server.js', '{ path: /cart, timeoutSeconds: 1 }')).code).toBe(125);
  expect(run('kill -9 $$').code).toBe(125);
});

it('nothing can be served where there is no such service', () => {
  const ask = (name: string | null) => () =>
    checkCommands(config('server.js'), { command: 'x', serve: true }, name);
  expect(ask(null)).toThrow('nothing is deployed from here');
  expect(ask('other')).toThrow('found other');
});
