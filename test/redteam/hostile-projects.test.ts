import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { spawnCli, until } from '../journeys/cli.ts';
import { HostileWorld } from './support/hostile-world.ts';

const range = ['HEAD~1..HEAD'];
const unconfigured = 'the base has no .autoland/autoland.yaml: the defaults apply';
const two = [{ 'a.txt': '1\n' }, { 'a.txt': '2\n' }] as const;

describe('check on odd repositories', () => {
  const world = new HostileWorld();
  afterAll(() => world.remove());

  it('says that nothing has been committed yet', async () => {
    const { code, stderr } = await world.check(world.repository('unborn'));
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      code: 'ref.not-found',
      mend: expect.stringContaining('commit something first'),
    });
  });

  it('checks the last commit of a clone that is cut off before it, and says how to get what is missing', async () => {
    const origin = world.repository('long', ...two, { 'a.txt': '3\n' }, { 'a.txt': '4\n' });
    const clone = (depth: number) => {
      const dir = join(world.dir, `depth-${depth}`);
      world.git(world.dir, 'clone', '-q', `--depth=${depth}`, `file://${origin}`, dir);
      return dir;
    };
    const enough = await world.check(clone(2), range);
    expect(enough.report).toMatchObject({ class: 'other', notes: [/shallow/, unconfigured].map(matching) });
    const { code, stderr } = await world.check(clone(1), range);
    expect(code).toBe(2);
    expect(JSON.parse(stderr).mend).toContain('git fetch --unshallow');
  });

  it('notes what is not tracked, but not what is ignored', async () => {
    const dir = world.repository('untracked', { '.gitignore': 'node_modules\n' }, two[0]);
    mkdirSync(join(dir, 'node_modules'));
    writeFileSync(join(dir, 'node_modules', 'x.js'), '1');
    writeFileSync(join(dir, '.git', 'info', 'exclude'), '*.log\n');
    writeFileSync(join(dir, 'mine.log'), '1');
    expect((await world.check(dir, range)).report?.notes).toEqual([unconfigured]);
    writeFileSync(join(dir, 'new\n.js'), '1');
    expect((await world.check(dir, range)).report?.notes).toEqual([
      'untracked files are not checked',
      unconfigured,
    ]);
  });

  it('reports what git cannot read as a finding that a person decides', async () => {
    const dir = world.repository('torn', ...two);
    const blob = world.git(dir, 'rev-parse', 'HEAD^{tree}');
    const file = join(dir, '.git', 'objects', blob.slice(0, 2), blob.slice(2));
    chmodSync(file, 0o644);
    rmSync(file);
    const { code, report } = await world.check(dir, range);
    expect(code).toBe(1);
    expect(report).toMatchObject({ verdict: 'abstain', class: null, tree: null });
    expect(report?.guardrails).toMatchObject([
      { name: 'classify', verdict: 'abstain', code: 'git.failed', reason: matching(/could not be classed/) },
    ]);
  });

  it('says how to have the tests run of a project that begins in a folder', async () => {
    const manifest = JSON.stringify({ name: 'app', scripts: { test: 'node --test' } });
    const dir = world.repository('below', { 'my app/package.json': manifest, 'a.js': '1' }, { 'a.js': '2' });
    const { report } = await world.check(dir, range);
    expect(report?.verdict).toBe('abstain');
    expect(report?.notes).toContainEqual(matching(/\[npm, --prefix, "my app", test\]/));
  });

  it('names odd paths so that no terminal obeys them', async () => {
    const name = `${'\u001B'}[2Jx\u009B31m\n"'.txt`;
    const dir = world.repository('paths', two[0], { [name]: '1' });
    const { report, stdout } = await world.check(dir, range);
    expect(report?.guardrails).toContainEqual(expect.objectContaining({ code: 'scope.odd-path' }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
  });
});

describe('check called from odd places', () => {
  const world = new HostileWorld();
  const dir = world.repository('plain', ...two);
  afterAll(() => world.remove());
  const faulty = async (env: Record<string, string>, args: readonly string[] = []) => {
    const { code, stderr } = await world.check(dir, [...range, ...args], { env });
    return { exit: code, ...JSON.parse(stderr) };
  };

  it('tells what TMPDIR lacks, and never that it is a bug', async () => {
    const long = join(world.dir, 'l'.repeat(100));
    mkdirSync(long);
    for (const TMPDIR of [join(world.dir, 'none'), '/proc', join(dir, 'a.txt'), long])
      expect(await faulty({ TMPDIR })).toMatchObject({
        exit: 1,
        code: 'state.unusable',
        mend: matching(/in TMPDIR/),
      });
    expect(readdirSync(long)).toEqual([]);
  });

  it('finds the programs of the system where PATH and HOME name nothing', async () => {
    const { report, stderr } = await world.check(dir, range, { env: { PATH: '', HOME: '/nonexistent' } });
    expect(stderr).toBe('');
    expect(report?.guardrails.map(({ code }) => code)).toContain('tests.not-configured');
  });

  it('refuses an output that cannot be written before it checks', async () => {
    const link = join(world.dir, 'link');
    symlinkSync(join(world.dir, 'elsewhere'), link);
    for (const file of [world.dir, link, join(world.dir, 'none', 'x'), join(dir, 'a.txt', 'x')])
      expect(await faulty({}, ['--output', file])).toMatchObject({ exit: 2, code: 'usage' });
    expect(readdirSync(world.dir)).not.toContain('elsewhere');
  });

  it('tells of an output that runs full', async () => {
    expect(await faulty({}, ['--output', '/dev/full'])).toMatchObject({
      exit: 2,
      message: matching(/ENOSPC/),
    });
  });

  it('leaves nothing behind when it is interrupted or killed', async () => {
    const before = world.git(dir, 'count-objects', '-v');
    const ends = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
    for (const signal of ends) {
      const child = spawnCli(['check', ...range, '--repo', dir], { env: { TMPDIR: world.scratch } });
      const ended = once(child, 'close');
      await until(
        () => world.left()[0],
        () => 'no scratch directory',
      );
      child.kill(signal);
      await ended;
      await until(
        () => (world.left().length === 0 ? true : undefined),
        () => `${signal} left ${world.left()}`,
      );
    }
    expect(world.git(dir, 'count-objects', '-v')).toBe(before);
  });
});

const matching = (pattern: RegExp | string) => expect.stringMatching(pattern);
