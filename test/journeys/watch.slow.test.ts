import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';
import { Users } from './users.ts';

/** Every version but the first one fails whoever asks for what nobody asks for at first; in an outage all fail. */
const server = `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { greet } from './greet.js';

const isFirst = !readFileSync(new URL('./greet.js', import.meta.url), 'utf8').includes('\\n\\n');

createServer((request, response) => {
  const fails = request.url.includes('outage') || (request.url.includes('late') && !isFirst);
  response.statusCode = fails ? 500 : 200;
  response.end(request.url === '/healthz' ? 'ok' : greet('you'));
}).listen(process.env.PORT);
`;

const stage = new Stage({ 'server.js': server, '.autoland/autoland.yaml': rules({ watch: '60s' }) });
let url = '';
beforeAll(async () => {
  url = await stage.up();
  await stage.open(url);
});
afterAll(() => stage.close());

const opened = 'half of the users are given the version before, to compare';

/** The watch goes on, or a trial has begun. */
function inRollout(change: string, waits: string) {
  const isThere = ({ waiting }: { waiting: string | null }) => waiting?.includes(waits) === true;
  return stage.reached(change, ({ stages }) => stages.some(isThere));
}

it('is not taken in by an outage, but takes back what begins to harm users once everybody has it, and reverts it', async () => {
  const before = await stage.status();
  const text = stage.repo.show('main', 'greet.js');
  reformatted();
  const change = await stage.submit(reformatted());
  await inRollout(change, 'Everybody has it; it is watched');
  const outage = new Users(`${url}/outage`).start();
  try {
    await inRollout(change, opened);
    const { services, controlPlane } = await stage.status();
    expect(services[0]?.candidate).toMatchObject({ share: 0.5 });
    // Who stands in for it goes on with the same trial.
    if (controlPlane === null) throw new Error('the control plane is up');
    process.kill(controlPlane.pid, 'SIGKILL');
    expect(await stage.json('fsck')).toMatchObject({ ok: true });
    await sleep(8_000);
  } finally {
    outage.end();
  }
  await inRollout(change, 'Everybody has it; it is watched');
  expect((await stage.explain(change)).trials).toMatchObject([
    { kind: 'opened' },
    { kind: 'cleared', reason: expect.stringContaining('Everybody is given the new version again') },
  ]);
  expect((await stage.status()).services[0]).toMatchObject({ candidate: null });
  // A page of the new version that only now is used.
  const late = new Users(`${url}/late`).start();
  try {
    const view = await stage.ended(change);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.watch', suspects: null });
    expect(view.reasons[0]).toMatch(
      /^Since everybody has the new version more users fail .* The canary fails/,
    );
    expect(view.trials).toHaveLength(3);
    expect(view.forecast?.harmed).toBeGreaterThan(0);
    const revert = /reverted by (chg_\w+)/.exec(view.reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ class: 'revert', state: 'landed' });
  } finally {
    late.end();
  }
  expect(stage.repo.show('main', 'greet.js')).toBe(text);
  expect((await stage.status()).services[0]).toMatchObject({
    stable: before.services[0]?.stable,
    candidate: null,
  });
  expect(await stage.json('fsck')).toMatchObject({ ok: true });
  expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
});
