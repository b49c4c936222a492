import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRepository } from '../../src/wiring/place/repository.ts';
import { runCli } from './cli.ts';
import { greeter } from './greeter.ts';
import { BareRepository } from './repository.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

const commands = [
  ['demo'],
  ['init'],
  ['doctor'],
  ['up'],
  ['adopt'],
  ['scan'],
  ['submit'],
  ['status'],
  ['explain'],
  ['show'],
  ['flakes'],
  ['crashes'],
  ['watch'],
  ['stop'],
  ['resume'],
  ['kill'],
  ['rollout'],
  ['rollback'],
  ['flags'],
  ['flags', 'token'],
  ['flags', 'tokens'],
  ['flags', 'revoke'],
  ['mcp'],
  ['mcp', 'token'],
  ['mcp', 'tokens'],
  ['mcp', 'revoke'],
  ['audit', 'verify'],
  ['audit', 'show'],
  ['audit', 'erase'],
  ['audit', 'rotate'],
  ['fsck'],
  ['gc'],
  ['backup'],
];

describe('the command line', () => {
  let dir: string;
  let repo: BareRepository;
  let where: string[];

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-cli-'));
    repo = new BareRepository(join(dir, 'greeter.git'), greeter);
    where = ['--repo', repo.dir, '--state', join(dir, 'state')];
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each(commands)('explains itself: %s %s', async (...words) => {
    const { code, stdout, stderr } = await runCli([...words.filter(Boolean), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`$ autoland ${words.filter(Boolean).join(' ')}`);
    expect(stdout).toContain('--json');
  });

  it('lists every command, with the way to begin', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const [word] of commands) expect(stdout).toMatch(new RegExp(`^  ${word} `, 'm'));
    expect(stdout).not.toContain('_control-plane');
    expect(stdout).toContain('Start with: autoland demo');
  });

  const mistakes: readonly { args: readonly string[]; says: RegExp; code?: number }[] = [
    { args: [], says: /Usage: autoland/ },
    {
      args: ['frobnicate'],
      says: /expected a command, found 'frobnicate' \[usage\]\n {2}mend: autoland --help/,
    },
    { args: ['statsu'], says: /did you mean status\? See: autoland --help/ },
    {
      args: ['status', '--frob'],
      says: /expected an option that there is, found '--frob'.*\n {2}mend: .*autoland status --help/,
    },
    { args: ['explain'], says: /expected <change>, found nothing/ },
    { args: ['status', 'extra'], says: /expected 0 arguments, found too many/ },
    { args: ['explain', 'chg_ffffffffffff', '{where}'], says: /no change yet: autoland scan/ },
    { args: ['explain', '', '{where}'], says: /expected the id of a change/ },
    { args: ['kill', 'nothing', '{where}'], says: /there is no flag now/ },
    { args: ['rollback', 'chg_ffff', '{where}'], says: /expected the id of a change/ },
    { args: ['rollout', 'chg_ffff', '--pause', '{where}'], says: /expected the id of a change/ },
    { args: ['rollout', 'chg_ffff', '{where}'], says: /expected one of --pause, --continue/ },
    {
      args: ['rollout', 'chg_ffff', '--pause', '--advance', '{where}'],
      says: /expected one of --pause.*found 2/,
    },
    { args: ['rollout', 'chg_ffff', '--set', '500%', '{where}'], says: /expected a share from 0%.*"500%"/ },
    { args: ['rollout', 'chg_ffff', '--set', 'half', '{where}'], says: /expected a share/ },
    { args: ['submit', 'refs/heads/none', '{where}'], says: /refs\/heads\/none/ },
    { args: ['submit', '--', '--upload-pack=x'], says: /--upload-pack=x|expected a git repository/ },
    { args: ['submit', 'main', '{where}'], says: /expected commits on main that main does not have/ },
    {
      args: ['submit', 'main', '--source', 'root', '{where}'],
      says: /expected a source such as agent:codex/,
    },
    { args: ['submit', 'main', '--source', 'agent:revert', '{where}'], says: /expected a source/ },
    {
      args: ['audit', 'show', '--from', '-1', '{where}'],
      says: /expected the index of an entry, found "-1"/,
    },
    { args: ['audit', 'show', '--to', 'end', '{where}'], says: /expected the index of an entry/ },
    { args: ['audit', 'frob'], says: /expected a command, found 'frob'.*\n {2}mend: autoland audit --help/ },
    { args: ['check', '--offer-drivers', 'x'], says: /expected --cache with --offer-drivers/ },
    { args: ['task', 'Claude', 'x'], says: /expected the name of a coding agent, found "Claude"/ },
    { args: ['status', '--repo'], says: /expected --repo <dir>, found no value/ },
    { args: ['status', '--repo', ''], says: /expected a directory in --repo, found nothing/ },
    { args: ['stop', '--state', ''], says: /expected a directory in --state, found nothing/ },
    { args: ['rollback', 'chg_', '{where}'], says: /expected the id of a change, or 4 of its hex digits/ },
    { args: ['watch', '--from', 'now'], says: /expected the index of an entry, found "now"/ },
    { args: ['watch', '--from', 'now', '{where}'], says: /expected the index of an entry, found "now"/ },
    {
      args: ['up', '--ephemeral', '--port', 'http', '{where}'],
      says: /expected a port from 0 to 65535, found "http"/,
    },
    { args: ['up', '--ephemeral', '--port', '', '{where}'], says: /expected a port/ },
    { args: ['demo', '--port', '70000'], says: /expected a port from 0 to 65535, found "70000"/ },
    { args: ['demo', '--story', '/nonexistent'], says: /expected the manifest of a story/ },
    { args: ['status', '--repo', '/nonexistent'], says: /expected a git repository at \/nonexistent/ },
    { args: ['init', '--repo', '/nonexistent'], says: /expected a git work tree at \/nonexistent/ },
    {
      args: ['audit', 'verify', '--checkpoint', '/nonexistent', '{where}'],
      says: /expected a checkpoint in/,
    },
  ];

  it('has a journal by now', async () => {
    (await openRepository({ repo: repo.dir, state: join(dir, 'state') }, 'write')).store.close();
    expect((await runCli(['stop', '--reason', 'nothing runs here', ...where])).code).toBe(0);
    expect((await runCli(['resume', ...where])).code).toBe(0);
  });

  it.each(mistakes)('answers a mistake with 2 and the mend: $args', async ({ args, says, code = 2 }) => {
    const real = args.flatMap((word) => (word === '{where}' ? where : [word]));
    const answer = await runCli(real, { cwd: dir });
    expect(answer.stderr).toMatch(says);
    expect(answer.stderr).not.toMatch(/\n\s+at |this is a bug/);
    expect(answer.code).toBe(code);
    expect(answer.stdout).toBe('');
  });

  it.each([
    ['status'],
    ['flakes'],
    ['crashes'],
    ['flags'],
    ['flags', 'tokens'],
    ['stop', '--dry-run'],
    ['resume', '--dry-run'],
    ['audit', 'verify'],
    ['fsck'],
    ['gc', '--dry-run'],
    ['adopt', '--dry-run'],
    ['scan', '--dry-run'],
    ['doctor'],
  ])('prints one JSON document: %s %s', async (...words) => {
    const { code, stdout, stderr } = await runCli([...words.filter(Boolean), ...where, '--json']);
    if (code === 0 || stdout !== '') expect(JSON.parse(stdout)).toBeTypeOf('object');
    else expect(JSON.parse(stderr)).toMatchObject({ code: expect.stringMatching(/^[\w.-]+$/) });
    expect(stderr).not.toMatch(/\n\s+at |this is a bug/);
  });

  it.each([80, 60, 40])('keeps within %i columns', async (columns) => {
    const line = `stty cols ${columns} rows 30; ${process.execPath} ${main} status ${where.join(' ')}; ${process.execPath} ${main} audit show ${where.join(' ')}; ${process.execPath} ${main} stop --dry-run ${where.join(' ')}`;
    const text = execFileSync('script', ['-qec', line, '/dev/null'], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(text).not.toContain('\u001b[');
    const long = text.split(/\r?\n/).filter((row) => row.length > columns);
    expect(long.filter((row) => !/\/\S{20,}/.test(row))).toEqual([]);
  });

  it('colours a terminal, and no pipe', async () => {
    const line = `${process.execPath} ${main} status ${where.join(' ')}`;
    const env = { PATH: process.env.PATH, TERM: 'xterm-256color' };
    expect(execFileSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8', env })).toContain(
      '\u001b[',
    );
    expect((await runCli(['status', ...where])).stdout).not.toContain('\u001b[');
  });

  it('ends quietly when nobody reads on', async () => {
    const child = spawn(
      'sh',
      ['-c', `${process.execPath} ${main} audit show ${where.join(' ')} --json | head -n 1 >/dev/null`],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await once(child, 'close');
    expect(stderr).toBe('');
    const watch = spawn(process.execPath, [main, 'watch', '--from', '0', ...where], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    watch.stdout.destroy();
    watch.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(watch, 'exit');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('says how to begin where nothing ever ran', async () => {
    const answer = await runCli(['status', '--repo', repo.dir, '--state', join(dir, 'empty')]);
    expect(answer.stderr).toMatch(
      /expected a journal in .*found none \[journal.missing\]\n {2}mend: .*autoland up --repo/,
    );
    expect(answer.code).toBe(1);
  });

  it('says how to make a bare repository where there is only a work tree', async () => {
    const tree = join(dir, 'tree');
    mkdirSync(tree);
    execFileSync('git', ['init', '--quiet', tree]);
    const answer = await runCli(['status', '--repo', tree]);
    expect(answer.code).toBe(2);
    expect(answer.stderr).toMatch(/\[repo.not-bare\]\n {2}mend: .*git clone --bare/);
    const none = await runCli(['status'], { cwd: tmpdir() });
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/\[repo.not-found\]\n {2}mend: /);
  });

  it('says so when it cannot write its state directory', async () => {
    const file = join(dir, 'a-file');
    writeFileSync(file, '');
    const answer = await runCli(['scan', '--repo', repo.dir, '--state', join(file, 'state')]);
    expect(answer.stderr).toMatch(
      /expected to write the state directory .* \[state.unusable\]\n {2}mend: .*--state DIR/,
    );
    expect(answer.code).toBe(1);
    const proc = await runCli(['scan', '--repo', repo.dir, '--state', '/proc/x/state']);
    expect(proc.stderr).toContain('nothing can be made below /proc [state.unusable]');
  });
});
