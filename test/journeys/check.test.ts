import { generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCli, spawnCli } from './cli.ts';
import { greeter } from './greeter.ts';
import { BareRepository } from './repository.ts';

describe('autoland check', () => {
  const dir = mkdtempSync(join(tmpdir(), 'autoland-journey-'));
  const scratch = mkdtempSync(join(dir, 'tmp-'));
  // The sandbox's user must pass.
  for (const each of [dir, scratch]) chmodSync(each, 0o755);
  const repo = new BareRepository(join(dir, 'greeter.git'), greeter);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const check = (args: readonly string[], where = repo.dir) =>
    runCli(['check', '--repo', where, ...args], { env: { TMPDIR: scratch } });

  it('passes what is well, writes every file, and leaves nothing behind', async () => {
    repo.push('topic', { 'greet.js': "export const greet = (name) =>\n  'hello ' + name;\n" });
    const objects = repo.git(['count-objects', '-v']);
    const file = (name: string) => join(dir, name);
    const outputs = ['sarif', 'junit', 'markdown', 'html'].map((name) => `--output=${name}=${file(name)}`);
    const { code, stdout, stderr } = await check(['topic', '--json', ...outputs]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      verdict: 'pass',
      class: 'lint',
      base: repo.tip(),
      head: repo.tip('topic'),
    });
    expect(report.guardrails.map(({ verdict }: { verdict: string }) => verdict)).not.toContain('fail');
    expect(JSON.parse(readFileSync(file('sarif'), 'utf8')).runs[0].results).toEqual([]);
    expect(readFileSync(file('junit'), 'utf8')).toContain('failures="0" errors="0"');
    expect(readFileSync(file('markdown'), 'utf8')).toContain('autoland check: pass');
    expect(readFileSync(file('html'), 'utf8')).toContain('</html>');
    expect(readdirSync(scratch)).toEqual([]);
    expect(repo.git(['count-objects', '-v'])).toBe(objects);
  });

  it('signs its findings, so that anybody with the key can verify them', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const [key, signed] = [join(dir, 'key.pem'), join(dir, 'signed.jsonl')];
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    repo.push('signed', { 'README.md': '# Greeter\n\nSays good evening.\n' });
    const { code } = await check(['signed', '--key', key, '--output', `in-toto=${signed}`]);
    expect(code).toBe(0);
    const lines = readFileSync(signed, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(7);
    for (const line of lines) {
      const { payloadType, payload, signatures } = JSON.parse(line).dsseEnvelope;
      const body = Buffer.from(payload, 'base64');
      // What DSSE signs: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
      const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
      const bytes = Buffer.concat([Buffer.from(head), body]);
      expect(verify(null, bytes, publicKey, Buffer.from(signatures[0].sig, 'base64'))).toBe(true);
      expect(JSON.parse(body.toString()).subject).toEqual([
        { name: repo.tip('signed'), digest: { gitTree: repo.git(['rev-parse', 'signed^{tree}']) } },
      ]);
    }
  });

  it('fails a red test, and takes no rules of the head', async () => {
    const rules = (greeter['.autoland/autoland.yaml'] ?? '').replace('[node, --test]', '[node, --version]');
    repo.push('red', { 'greet.js': "export const greet = () => 'bye';\n", '.autoland/autoland.yaml': rules });
    const { code, stdout } = await check(['main..red', '--no-stop-early']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail: /);
    expect(stdout).toMatch(/^fail +tests .*tests\.failed/m);
    expect(stdout).toMatch(/^fail +scope/m);
  });

  it('merges what has parted, and holds a conflict', async () => {
    const old = repo.tip();
    repo.push('main', { 'README.md': '# Greeter\n\nSays good day.\n' });
    repo.push('clash', { 'README.md': '# Greeter\n\nSays ahoy.\n' }, old);
    const { code, stdout } = await check(['main..clash', '--format', 'json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'abstain',
      guardrails: [{ code: 'classify.conflict' }],
    });
  });

  it('says what it found in its exit code and its files, also where nobody reads on', async () => {
    const file = join(dir, 'unread.sarif');
    const options = { env: { TMPDIR: scratch } };
    const child = spawnCli(
      ['check', 'main..clash', '--repo', repo.dir, '--output', `sarif=${file}`],
      options,
    );
    child.stdout?.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(JSON.parse(readFileSync(file, 'utf8')).runs[0].properties.verdict).toBe('abstain');
  });

  it.each([
    [['topic', '--output', 'json=x', '--output', 'sarif=./x'], 'usage'],
    [['main..nowhere'], 'ref.not-found'],
    [['a..b..c'], 'usage'],
    [['topic', '--format', 'pdf'], 'usage'],
    [['topic', '--output', 'pdf=x'], 'usage'],
    [['topic', '--key', '/nowhere'], 'usage'],
    [['topic', '--key', '/nowhere', '--output', 'in-toto=x'], 'usage'],
  ])('answers 2 to %j', async (args, error) => {
    const { code, stdout, stderr } = await check(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`[${error}]`);
  });

  it('abstains where there is neither configuration, manifest, lockfile nor test', async () => {
    const bare = new BareRepository(join(dir, 'plain.git'), { 'a.txt': 'one\n' });
    bare.push('topic', { 'a.txt': 'two\n' });
    const { code, stdout } = await check(['topic', '--json'], bare.dir);
    expect(code).toBe(1);
    const { verdict, guardrails, notes } = JSON.parse(stdout);
    expect(verdict).toBe('abstain');
    const skipped = { name: 'tests', code: 'tests.not-configured' };
    expect(guardrails).toContainEqual(expect.objectContaining(skipped));
    expect(notes.join()).toContain('no .autoland/autoland.yaml');
  });

  it('looks at a work tree without its filters, and tells what is not committed', async () => {
    const tree = join(dir, 'tree');
    repo.git(['clone', '--quiet', repo.dir, tree]);
    const trap = join(dir, 'trapped');
    repo.git(['-C', tree, '--git-dir', join(tree, '.git'), 'config', 'filter.x.clean', `touch ${trap}; cat`]);
    writeFileSync(join(tree, '.gitattributes'), '* filter=x\n');
    writeFileSync(join(tree, 'README.md'), 'edited\n');
    const { code, stdout } = await check([], tree);
    expect(code).toBe(1);
    expect(stdout).toContain('uncommitted changes are not checked');
    expect(stdout).toContain('classify.empty');
    expect(readdirSync(dir)).not.toContain('trapped');
  });
});

describe('docs/guide/check.md', () => {
  it('shows a workflow that parses, fetches the history, and takes the program from the base', () => {
    const guide = readFileSync(new URL('../../docs/guide/check.md', import.meta.url), 'utf8');
    const { jobs } = parse(/```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? '');
    expect(jobs.check.steps[0].with['fetch-depth']).toBe(0);
    const [install, check] = jobs.check.steps.slice(-2).map(({ run }: { run: string }) => run);
    expect(install).toContain('git worktree add "$RUNNER_TEMP/base" "origin/$GITHUB_BASE_REF"');
    expect(install).toContain('npm ci --ignore-scripts --prefix "$RUNNER_TEMP/base/');
    expect(check).toMatch(/^"\$RUNNER_TEMP\/base\/.*\/autoland" check /);
  });
});
