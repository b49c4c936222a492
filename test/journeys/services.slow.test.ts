import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './cli.ts';
import { rules } from './greeter.ts';
import { Stage } from './stage.ts';
import { Users } from './users.ts';

const farewell = (gap: string) => `import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const isAiry = readFileSync(new URL('../greet.js', import.meta.url), 'utf8').includes('\\n\\n\\n\\n');${gap}
createServer((request, response) => {
  if (isAiry && request.url !== '/healthz') response.statusCode = 500;
  response.end('bye');
}).listen(process.env.PORT);
`;

/** Layout alone, so class lint; what both services are made of. */
const shared = (lines: number) => ({
  'greet.js': `export const greet = (name) =>${'\n'.repeat(lines)}  'hello ' + name;\n`,
});

/** Two services of one repository: each is made of files of its own, and of one that both have. */
const services = `services:
  - name: greeter
    command: [node, server.js]
    health: { path: /healthz, timeoutSeconds: 10 }
    memoryMiB: 256
    graceSeconds: 0
    artifact: { include: [package.json, greet.js, server.js] }
  - name: farewell
    command: [node, farewell/server.js]
    health: { path: /healthz, timeoutSeconds: 10 }
    memoryMiB: 256
    graceSeconds: 0
    artifact: { include: [package.json, greet.js, farewell/**] }
`;
const configured = rules().replace(/service:\n(?: {2}.*\n)+/, services);

describe('two services of one repository', () => {
  const stage = new Stage({
    '.autoland/autoland.yaml': configured,
    'farewell/server.js': farewell(''),
  });
  let others: Users;
  beforeAll(async () => {
    await stage.open(await stage.up());
    others = new Users(stage.urls.get('farewell') ?? '').start();
    await until(
      () => ((others.statuses.get(200) ?? 0) > 250 ? true : undefined),
      () => JSON.stringify([...others.statuses]),
    );
  });
  afterAll(async () => {
    others?.end();
    await stage.close();
  });

  const stables = async () =>
    (await stage.status()).services.map(({ name, stable, commit }) => ({ name, stable, commit }));

  it('get a change one after the other, and each is told what it got', async () => {
    const before = await stables();
    expect(before.map(({ name }) => name)).toEqual(['greeter', 'farewell']);
    const change = await stage.submit(shared(2));
    const view = await stage.ended(change);
    expect(view).toMatchObject({ state: 'landed', code: 'landed.promoted', inProduction: true });
    const legs = view.stages.filter(({ service }) => service !== null);
    expect(legs.map(({ stage: name, service }) => `${service} ${name}`)).toEqual([
      'greeter release',
      'greeter rollout',
      'farewell release',
      'farewell rollout',
    ]);
    for (const [index, now] of (await stables()).entries()) {
      expect(now.commit).toBe(view.merge);
      expect(now.stable).not.toBe(before[index]?.stable);
    }
    const { stdout } = await stage.run(['explain', change]);
    expect(stdout).toMatch(/rollout +[\d.]+ s +greeter: promoted/);
    expect(stdout).toMatch(/rollout +[\d.]+ s +farewell: promoted/);
  });

  it('are left alone by what they are not made of', async () => {
    const before = await stables();
    const view = await stage.ended(await stage.submit({ 'farewell/server.js': farewell('\n') }));
    expect(view).toMatchObject({ class: 'lint', state: 'landed', code: 'landed.promoted' });
    expect(view.stages.some(({ service }) => service !== null)).toBe(false);
    const [greeter, other] = await stables();
    expect(greeter?.stable).toBe(before[0]?.stable);
    expect(greeter?.commit).toBe(view.merge);
    expect(other?.stable).toBe(view.digest);
  });

  it('have the version before again when it does harm at the second, and the branch too', async () => {
    const before = await stables();
    const change = await stage.submit(shared(5));
    const view = await stage.ended(change);
    expect(view).toMatchObject({ state: 'rolled-back', code: 'rollout.server-errors' });
    expect(view.incident).toMatchObject({ service: 'farewell' });
    expect((await stables()).map(({ stable }) => stable)).toEqual(before.map(({ stable }) => stable));
    const revert = view.incident?.revert ?? '';
    expect(await stage.ended(revert)).toMatchObject({ state: 'landed', code: 'landed.merged' });
    expect(stage.repo.git(['show', 'main:greet.js'])).not.toContain('\n\n\n\n');
    // It costs its class; given back, the next one lands at both.
    await stage.json('autonomy', 'restore', 'lint', '--reason', 'the second service reads layout no more');
    const next = await stage.ended(await stage.submit(shared(3)));
    expect(next).toMatchObject({ state: 'landed', code: 'landed.promoted' });
    expect(others.statuses.get(0) ?? 0).toBe(0);
  });

  it('agree with the journal, and go on after a restart where they were', async () => {
    const before = await stables();
    expect((await stage.run(['fsck'])).code).toBe(0);
    const { controlPlane } = await stage.status();
    process.kill(controlPlane?.pid ?? Number.NaN, 'SIGKILL');
    await until(
      async () => ((await stage.status()).controlPlane?.pid !== controlPlane?.pid ? true : undefined),
      () => stage.said,
    );
    const view = await stage.ended(await stage.submit(shared(2)));
    expect(view).toMatchObject({ state: 'landed', code: 'landed.promoted' });
    expect((await stables()).map(({ commit }) => commit)).toEqual([view.merge, view.merge]);
    expect((await stables()).map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    expect((await stage.run(['audit', 'verify'])).code).toBe(0);
  });

  it('end when they leave the branch: with the adoption for the journal, with the next start for all', async () => {
    stage.repo.push('main', { '.autoland/autoland.yaml': rules() });
    const { stdout } = await stage.run(['adopt']);
    expect(stdout).toContain('farewell is no service of the branch any more');
    expect((await stables()).map(({ name }) => name)).toEqual(['greeter']);
    others.end();
    await stage.down();
    await stage.up();
    expect([...stage.urls.keys()]).toEqual(['greeter']);
    // A version from before the last two is started again with the rest, and is found to be drift.
    await until(
      async () => ((await stage.run(['fsck'])).code === 0 ? true : undefined),
      () => stage.said,
    );
    await stage.open(stage.urls.get('greeter') ?? '');
    const view = await stage.ended(await stage.submit(shared(4)));
    expect(view).toMatchObject({ state: 'landed', code: 'landed.promoted', inProduction: true });
  });
});
