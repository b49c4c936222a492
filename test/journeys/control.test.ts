import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers } from '../../src/testing/covers.ts';
import { openRepository } from '../../src/wiring/place/repository.ts';
import { takeRepository } from '../../src/wiring/place/take-repository.ts';
import { runCli } from './cli.ts';
import { greeter } from './greeter.ts';
import { BareRepository } from './repository.ts';

describe('commands that act on a control plane, or on none', () => {
  let dir: string;
  let repo: BareRepository;
  let where: string[];

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-control-'));
    repo = new BareRepository(join(dir, 'greeter.git'), greeter);
    where = ['--repo', repo.dir, '--state', join(dir, 'state')];
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    ['stop'],
    ['stop', '--dry-run'],
    ['resume'],
    ['kill', 'shop.abc'],
    ['rollout', 'chg_ffff', '--pause'],
    ['rollback', 'chg_ffff'],
    ['autonomy'],
    ['judge'],
    ['autonomy', 'restore', 'docs', '--reason', 'looked at it'],
    ['backup', '/tmp/autoland-no-backup'],
    ['backup', '/tmp/autoland-no-backup', '--dry-run'],
  ])('acts on no autoland that is not there, and makes nothing: %s %s', async (...words) => {
    const answer = await runCli([...words, ...where]);
    expect(answer.stderr).toMatch(
      /expected a journal in .*found none \[journal.missing\]\n {2}mend: .*another --state or as another user/,
    );
    expect(answer.code).toBe(1);
    expect(existsSync(join(dir, 'state'))).toBe(false);
  });

  it.each(['{dir}', '{file}/below', '/proc/autoland/x'])('backs nothing up to %s', async (path) => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    (await openRepository({ repo: repo.dir, state: join(dir, 'backed') }, 'write')).store.close();
    const to = path.replace('{dir}', dir).replace('{file}', file);
    for (const more of [[], ['--dry-run']]) {
      const at = ['--repo', repo.dir, '--state', join(dir, 'backed')];
      const { code, stderr } = await runCli(['backup', to, ...at, ...more]);
      expect(stderr).toMatch(/^autoland: expected .*\[usage\]\n {2}mend: name .*\n$/);
      expect(code).toBe(2);
    }
  });

  it('does not wait for an entry that may never come', async () => {
    (await openRepository({ repo: repo.dir, state: join(dir, 'watched') }, 'write')).store.close();
    const at = ['--repo', repo.dir, '--state', join(dir, 'watched')];
    const { code, stderr } = await runCli(['watch', '--from', '99', ...at]);
    expect(stderr).toContain(
      'expected an entry of the journal, which has 0, or the next one; found 99 [usage]',
    );
    expect(code).toBe(2);
  });

  it('restores no class without a reason, nor one that is not demoted', async () => {
    const state = join(dir, 'demoted');
    (await openRepository({ repo: repo.dir, state }, 'write')).store.close();
    const restore = (...words: readonly string[]) =>
      runCli(['autonomy', 'restore', 'lint', ...words, '--repo', repo.dir, '--state', state]);
    for (const words of [[], ['--reason', ' ']]) {
      const refused = await restore(...words);
      expect(refused.stderr).toMatch(
        /^autoland: expected (?:a reason|--reason <text>), found nothing \[usage\]/,
      );
      expect(refused.code).toBe(2);
    }
    const { code, stderr } = await restore('--reason', 'looked at it');
    expect(stderr).toMatch(
      /expected a class that is demoted, found that lint is not \[autonomy.not-demoted\]/,
    );
    expect(code).toBe(1);
    const { stdout } = await runCli(['autonomy', '--repo', repo.dir, '--state', state]);
    expect(stdout).toMatch(/^dependency-patch {5}deploy\n/);
  });

  it('stops with a journal that is no journal any more', async () => {
    const state = join(dir, 'broken');
    (await openRepository({ repo: repo.dir, state }, 'write')).store.close();
    for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm'])
      writeFileSync(join(state, name), 'not what it was\n'.repeat(1_000));
    const { code, stderr } = await runCli(['stop', '--repo', repo.dir, '--state', state]);
    expect(stderr).toMatch(/^autoland: stopped, but the journal could not be written: /);
    expect(code).toBe(0);
    expect(existsSync(join(state, 'STOP'))).toBe(true);
  });

  it('says with the red button which autoland it stopped, and who did before', async () => {
    (await openRepository({ repo: repo.dir, state: join(dir, 'state') }, 'write')).store.close();
    const first = await runCli(['stop', '--reason', 'nothing runs here', ...where]);
    expect(first.stdout).toMatch(/^stopped: no change/);
    expect(first.stdout).toContain(`\n  state ${join(dir, 'state')}\n`);
    const again = await runCli(['stop', '--reason', 'once more', ...where]);
    expect(again.stdout).toMatch(/^was stopped already by person:\w+ at .*: nothing runs here\n/);
    const resumed = await runCli(['resume', ...where]);
    expect(resumed.stdout).toMatch(/^resumed \(stopped by person:/);
    expect([first.code, again.code, resumed.code]).toEqual([0, 0, 0]);
  });

  it('refuses while another control plane works on the repository, and names its state', async () => {
    const other = join(dir, 'other');
    const { place, store } = await openRepository({ repo: repo.dir, state: other }, 'write');
    store.close();
    const owned = takeRepository(place);
    try {
      expect(() => takeRepository({ ...place, state: join(dir, 'state') })).toThrow(/--state .*other/);
      for (const words of [['stop'], ['scan', '--dry-run'], ['up', '--ephemeral']]) {
        const answer = await runCli([...words, ...where]);
        expect(answer.stderr).toMatch(/found one of \w+ with --state .*other running \[state.locked\]/);
        expect(answer.stderr).toContain(`mend: add --state ${other}, or end that one first`);
        expect(answer.code).toBe(1);
      }
      expect((await runCli(['stop', '--dry-run', '--repo', repo.dir, '--state', other])).code).toBe(0);
      expect((await runCli(['status', ...where])).code).toBe(0);
    } finally {
      owned.free();
    }
    const missing = await runCli(['stop', '--repo', repo.dir, '--state', join(dir, 'empty')]);
    expect(missing.stderr).toContain(`mend: autoland ran there with another state: add --state ${other}`);
  });

  it('lets no title of a change reach the terminal as more than text', async () => {
    covers('ASI09');
    const title = 'Fix \u001b[2J\u001b]0;owned\u0007 a\nchg_1  landed \u202etypo';
    repo.push('escape', { 'README.md': '# Greeter\n\nSays hello to all.\n' });
    const submitted = await runCli(['submit', 'escape', '--title', title, ...where, '--json']);
    expect(submitted.code).toBe(0);
    const { change } = JSON.parse(submitted.stdout) as { change: string };
    for (const words of [['status'], ['explain', change], ['audit', 'show']]) {
      const { stdout } = await runCli([...words, ...where]);
      if (words[0] !== 'audit') expect(stdout).toContain('Fix [2J]0;');
      expect(stdout).not.toMatch(/[\p{Bidi_Control}]|(?!\n)\p{Cc}/u);
      expect(stdout).not.toMatch(/^chg_1 /m);
    }
    const told = await runCli(['rollback', change, ...where]);
    expect(told.stdout).toMatch(
      new RegExp(`^${change} cancelled before its merge\nno control plane is running`),
    );
    const wrongMoment = await runCli(['rollout', change, '--pause', ...where]);
    expect(wrongMoment.stderr).toContain('[rollout.not-found]');
    expect(wrongMoment.code).toBe(1);
  });

  it.each([
    [['statsu', '--json'], 'usage', 2],
    [['status', '--repo', '/nonexistent', '--json'], 'repo.not-found', 2],
    [['status', '--repo', '{repo}', '--state', '/nonexistent', '--json'], 'journal.missing', 1],
  ] as const)('tells what went wrong as JSON where JSON was asked for: %j', async (words, wanted, exit) => {
    const { code, stdout, stderr } = await runCli(words.map((word) => (word === '{repo}' ? repo.dir : word)));
    expect(JSON.parse(stderr)).toEqual({
      code: wanted,
      message: expect.stringContaining('expected'),
      mend: expect.any(String),
    });
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
  });
});
