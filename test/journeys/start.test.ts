import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reformatted, rules } from './greeter.ts';
import { Stage } from './stage.ts';

const ephemeral = ['up', '--port', '0', '--allow-unsigned-policy', '--ephemeral'];

describe('a start that cannot be', () => {
  /** Runs `up` on a repository with these files; its life line is open, so it ends by itself or not at all. */
  async function start(
    files: Readonly<Record<string, string | null>>,
  ): Promise<{ code: number | null; said: string }> {
    const stage = new Stage(files);
    try {
      await stage.up();
      return { code: null, said: stage.said };
    } catch {
      return { said: stage.said, code: await stage.down() };
    } finally {
      await stage.close();
    }
  }

  it.each([
    [
      'config.invalid',
      { '.autoland/autoland.yaml': 'version: 1\nbranch: main\n\tcommands: {}\n' },
      /autoland\.yaml:3:\d+: /,
    ],
    [
      'config.invalid',
      { '.autoland/autoland.yaml': rules().replace('graceSeconds', 'graceSecond') },
      /autoland\.yaml:\d+:\d+: service.*graceSecond/,
    ],
    [
      'config.missing',
      { '.autoland/autoland.yaml': null },
      /expected \.autoland\/autoland\.yaml on the protected branch/,
    ],
    [
      'config.missing',
      { '.autoland/policy.cedar': null },
      /expected \.autoland\/policy\.cedar on the protected branch/,
    ],
    [
      'policy.invalid',
      { '.autoland/policy.cedar': 'permit (principal, action, resource)\n' },
      /policy\.cedar:\d+:\d+: expected Cedar/,
    ],
  ])('ends with %s and the place: %#', async (code, files, place) => {
    const ended = await start(files);
    expect(ended.said).toContain(`"code":"${code}"`);
    expect(ended.said).toMatch(place);
    expect(ended.said).toMatch(/"mend":"/);
    expect(ended.said).not.toMatch(/\n\s+at |this is a bug/);
    expect(ended.code).toBe(2);
  });

  it('says so when the very first version does not start', async () => {
    const { code, said } = await start({
      'server.js': "console.error('cannot open the till');\nprocess.exit(3);\n",
    });
    expect(said).toMatch(/greeter [0-9a-f]{12} ended before it was healthy/);
    expect(said).toContain('cannot open the till');
    expect(said).toContain('[runtime.unhealthy]');
    expect(said).not.toMatch(/\n\s+at |this is a bug/);
    expect(code).toBe(1);
  });
});

describe('a running autoland', () => {
  const stage = new Stage({ '.autoland/autoland.yaml': rules({ bake: 1 }) });
  beforeAll(async () => stage.open(await stage.up()));
  afterAll(() => stage.close());

  it('is the only one on its state directory', async () => {
    const { controlPlane } = await stage.status();
    expect(controlPlane?.pid).toBeGreaterThan(1);
    const second = await stage.run(ephemeral);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/\[(?:journal|state)\.locked\]/);
    expect(second.stderr).toMatch(/pid \d+/);
    expect(second.stderr).not.toMatch(/\n\s+at |this is a bug/);
    expect((await stage.status()).controlPlane).toEqual(controlPlane);
  });

  it('reverts what does not start once it is merged', async () => {
    const before = stage.repo.show('main', 'server.js');
    // Layout alone, for a parser; for a service that reads its own source it is the end.
    const guarded = `${before}import { readFileSync } from 'node:fs';
if (readFileSync(new URL(import.meta.url), 'utf8').includes('\\n\\n\\n')) throw new Error('too airy');
`;
    stage.repo.push('main', { 'server.js': guarded });
    await stage.json('adopt');
    const view = await stage.ended(await stage.submit({ 'server.js': guarded.replace('\n\n', '\n\n\n\n') }));
    expect(view).toMatchObject({ class: 'lint', state: 'rolled-back', code: 'release.unhealthy' });
    expect(view.reasons.join()).toContain('too airy');
    await stage.json('autonomy', 'restore', 'lint', '--reason', 'it was a drill');
    const revert = /reverted by (chg_\w+)/.exec(view.reasons.join('\n'))?.[1] ?? '';
    expect(await stage.ended(revert)).toMatchObject({ class: 'revert', state: 'landed' });
    expect(stage.repo.show('main', 'server.js')).toBe(guarded.trimEnd());
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('holds a release that would bring commits of people with it', async () => {
    stage.repo.push('main', { 'NOTES.txt': 'pushed by hand\n' });
    const view = await stage.ended(await stage.submit(reformatted()));
    expect(view).toMatchObject({ state: 'held', code: 'release.foreign-commits' });
    await stage.json('adopt');
    expect((await stage.status()).services[0]?.commit).toBe(stage.repo.tip());
    expect(await stage.ended(await stage.submit(reformatted()))).toMatchObject({ state: 'landed' });
  });

  it('takes another port when the wanted one is taken, and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const other = new Stage();
    try {
      const url = await other.up('--port', String(port));
      expect(url).not.toContain(`:${port}`);
      expect(other.said).toMatch(new RegExp(`port ${port} cannot be had: it is in use, .*${url}`));
      expect(await (await fetch(url)).text()).toBe('hello you');
    } finally {
      await other.close();
      taken.close();
    }
  });
});
