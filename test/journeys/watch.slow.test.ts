import { afterAll, beforeAll, expect, it } from 'vitest';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';
import { Users } from './users.ts';

/** Every version but the first one fails whoever asks for what nobody asks for at first. */
const server = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { greet } from './greet.js';

const isFirst = !readFileSync(new URL('./greet.js', import.meta.url), 'utf8').includes('\\n\\n');

createServer((request, response) => {
  response.statusCode = request.url.includes('late') && !isFirst ? 500 : 200;
  response.end(request.url === '/healthz' ? 'ok' : greet('you'));
}).listen(process.env.PORT);
`;

const stage = new Stage({ 'server.js': server, '.autoland/autoland.yaml': rules({ watch: '60s' }) });
let url = '';
beforeAll(async () => {
  url = await stage.up();
  await stage.open(url);
}, 120_000);
afterAll(() => stage.close());

it('takes back what begins to harm users once everybody has it, and reverts it', {
  timeout: 180_000,
}, async () => {
  const before = await stage.status();
  const text = stage.repo.show('main', 'greet.js');
  reformatted();
  const change = await stage.submit(reformatted());
  const isWatched = 'Everybody has it; it is watched';
  await stage.reached(
    change,
    ({ stages }) => stages.some(({ waiting }) => waiting?.startsWith(isWatched)),
    90_000,
  );
  // A page of the new version that only now is used.
  const late = new Users(`${url}/late`).start();
  try {
    const view = await stage.ended(change, 60_000);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.watch' });
    expect(view.reasons[0]).toMatch(/^Since everybody has the new version more users fail than before/);
    expect(view.suspects?.suspects[0]?.change).toBe(change);
    expect(view.forecast?.harmed).toBeGreaterThan(0);
    const revert = /reverted by (chg_\w+)/.exec(view.reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ class: 'revert', state: 'landed' });
  } finally {
    late.end();
  }
  expect(stage.repo.show('main', 'greet.js')).toBe(text);
  expect((await stage.status()).service).toMatchObject({ stable: before.service?.stable, candidate: null });
  expect(await stage.json('fsck')).toMatchObject({ ok: true });
  expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
});
