import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from './cli.ts';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';

describe('what somebody alters by hand while it runs', () => {
  const stage = new Stage({ '.autoland/autoland.yaml': rules({ bake: 30 }) });
  beforeAll(async () => stage.open(await stage.up()));
  afterAll(() => stage.close());

  const file = (name: string) => join(stage.state, name);
  const read = <T>(name: string) => JSON.parse(readFileSync(file(name), 'utf8')) as T;
  const said = (key: string) =>
    until(
      async () => {
        const told = await stage.journal();
        return told.some(({ type, data }) => type === 'drift.corrected' && data.key === key)
          ? true
          : undefined;
      },
      () => stage.said,
    );

  it('is put right: the route, an old version that still runs, a flag without a rollout', async () => {
    const first = (await stage.status()).services[0]?.stable ?? '';
    for (const text of ['one', 'two']) {
      stage.repo.push('main', { 'NOTES.txt': `${text}\n` });
      await stage.json('adopt');
    }
    const stable = (await stage.status()).services[0]?.stable ?? '';
    // Two adoptions ago, and nobody needs it.
    await said(`runs greeter ${first}`);

    const routes = read<{ routes: { stable: string; sockets: Record<string, string[]> }[] }>('routes.json');
    const [route] = routes.routes;
    if (route === undefined) throw new Error('the service is routed to');
    const candidate = { digest: stable, flag: 'greeter.mine', nonce: 'mine' };
    writeFileSync(file('routes.json'), JSON.stringify({ ...routes, routes: [{ ...route, candidate }] }));
    await said('route greeter');
    expect(read<{ routes: { candidate: unknown }[] }>('routes.json').routes[0]?.candidate).toBeNull();

    const mine = {
      'greeter.mine': {
        state: 'ENABLED',
        variants: { on: true, off: false },
        defaultVariant: 'off',
        targeting: {
          fractional: [
            ['on', 5000],
            ['off', 5000],
          ],
        },
        metadata: { version: 1 },
      },
    };
    writeFileSync(file('flags.json'), JSON.stringify({ flags: mine }));
    await said('flag greeter.mine');
    expect(readdirSync(file('kills'))).toHaveLength(1);
    expect((await stage.status()).drift).toEqual([]);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('closes a flag that was raised by hand in the middle of a rollout, and starts it anew', async () => {
    const change = await stage.submit(reformatted());
    const exposed = (not: string) =>
      until(
        async () => {
          const candidate = await stage.candidate();
          return candidate !== null && candidate.share > 0 && candidate.flag !== not ? candidate : undefined;
        },
        () => stage.said,
      );
    const { flag } = await exposed('');
    const { flags } = read<{ flags: Record<string, { targeting: object }> }>('flags.json');
    const fractional = [
      ['on', 9999],
      ['off', 1],
    ];
    const raised = { ...flags[flag], targeting: { fractional } };
    writeFileSync(file('flags.json'), JSON.stringify({ flags: { ...flags, [flag]: raised } }));
    const anew = await exposed(flag);
    expect(anew.share).toBe(0.5);
    expect(readdirSync(file('kills')).map((name) => name.includes(flag))).toContain(true);
    const notes = (await stage.journal(change)).map(({ data }) => data.note);
    expect(notes).toContain('rollout.flag-altered');
    await stage.json('rollback', change);
    const view = await stage.ended(change);
    await stage.json('autonomy', 'restore', 'lint', '--reason', 'it was a drill');
    const revert = /reverted by (chg_\w+)/.exec(view.reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ state: 'landed' });
  });

  it('lets nobody meet a new version while the one to go back to is not what was attested', async () => {
    const stable = (await stage.status()).services[0]?.stable ?? '';
    const path = file(join('releases', stable.slice('sha256:'.length), 'tree', 'greet.js'));
    const before = readFileSync(path);
    // Releases are read-only for who is not root.
    chmodSync(path, 0o644);
    writeFileSync(path, `${String(before)}\n// mine\n`);
    const view = await stage.ended(await stage.submit(reformatted()));
    expect(view).toMatchObject({ state: 'held', code: 'release.no-way-back', exposed: 0 });
    const doctor = await stage.run(['doctor']);
    expect(doctor.stdout).toMatch(/broken +drift +the release sha256:\w+ is not what\s+was\s+attested/);
    expect(doctor.code).toBe(1);
    writeFileSync(path, before);
    expect((await stage.run(['doctor'])).stdout).toMatch(/works +drift +what runs is what was decided/);
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });
});
