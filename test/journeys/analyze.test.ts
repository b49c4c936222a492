import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli, spawnCli } from './cli.ts';

const dir = mkdtempSync(join(tmpdir(), 'autoland-analyze-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function recorded(name: string, lines: readonly object[]): string {
  const path = join(dir, name);
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

/** A minute of baseline, and two of a canary that fails `failed` of 1,000 users. */
const windows = (failed: number) => [
  { t: 60, arm: 'baseline', users: 100_000, failed: 1000 },
  { t: 60, weight: 0.01 },
  ...[120, 180].flatMap((t) => [
    { t, arm: 'canary', users: 1000, failed },
    { t, arm: 'baseline', users: 99_000, failed: 990 },
  ]),
];

describe('autoland analyze', () => {
  it('says what a rollout would have decided, and when', async () => {
    const good = await runCli(['analyze', recorded('good.ndjson', windows(10))]);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(/^promote at 120 s, with 1000 users on the canary\.$/m);
    const bad = await runCli(['analyze', recorded('bad.ndjson', windows(200))]);
    expect(bad).toMatchObject({ code: 1, stderr: '' });
    expect(bad.stdout).toMatch(
      /^rollback at 120 s \(rollout\.server-errors\), with 1000 users on the canary\.$/m,
    );
  });

  it('reads what some editors write, and no pipe, whose second reading would find nothing', async () => {
    const text = windows(10).map((line) => `${JSON.stringify(line)}\r\n`);
    writeFileSync(join(dir, 'mark.ndjson'), `\ufeff${text.join('')}`);
    expect(await runCli(['analyze', join(dir, 'mark.ndjson')])).toMatchObject({ code: 0, stderr: '' });
    const piped = await runCli(['analyze', '/dev/stdin']);
    expect(piped).toMatchObject({ code: 2, stdout: '' });
    expect(piped.stderr).toContain('expected a file, which can be read twice, found a pipe or a device');
  });

  it.each([
    [['--weight', '1%'], 'expected a record without weights beside --weight, found one in line 2'],
    [['--weight', '0'], 'expected a share above 0% for --weight'],
    [['--token-file', 'x'], 'expected --prometheus with --token-file'],
  ])('takes nothing that would count for nothing: %j', async (words, told) => {
    const { code, stdout, stderr } = await runCli([
      'analyze',
      recorded('vain.ndjson', windows(10)),
      ...words,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(told);
  });

  it('answers each look as a line of JSON, with the evidence', async () => {
    const { code, stdout } = await runCli(['analyze', '--json', recorded('json.ndjson', windows(200))]);
    expect(code).toBe(1);
    const looks = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(looks).toMatchObject([
      { t: 120, weight: 0.01, decision: 'rollback', code: 'rollout.server-errors', usersExposed: 1000 },
      { t: 180, weight: 0.01, decision: 'rollback', usersErrored: 400 },
      { slowEverySeconds: 60 },
    ]);
    expect(looks[0]).toHaveProperty('evidence.0.threshold');
  });

  it('promises nothing to whoever does not read on', async () => {
    const child = spawnCli(['analyze', '--json', recorded('unread.ndjson', windows(200))]);
    child.stdout?.destroy();
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  it('draws the evidence, well-formed, into a file and over no link', async () => {
    const plot = join(dir, 'plot.svg');
    const file = recorded('plot.ndjson', windows(200));
    expect(await runCli(['analyze', file, '--plot', plot])).toMatchObject({ code: 1, stderr: '' });
    const texts: string[] = [];
    const parser = new SaxesParser();
    parser.on('text', (text) => texts.push(text));
    parser.write(readFileSync(plot, 'utf8')).close();
    expect(texts.join('|')).toContain(
      'rollback at 120 s (rollout.server-errors): 1000 users had met the canary, 200',
    );
    symlinkSync(plot, join(dir, 'link.svg'));
    expect(await runCli(['analyze', file, '--plot', join(dir, 'link.svg')])).toMatchObject({
      code: 2,
      stdout: '',
    });
    expect(await runCli(['analyze', file, '--plot', join(dir, 'none', 'x.svg')])).toMatchObject({ code: 2 });
  });

  it('takes the plan of a configuration, which may want more', async () => {
    const plan = join(dir, 'autoland.yaml');
    writeFileSync(plan, 'version: 1\nrollout:\n  steps: [{ share: 1%, exclude: 20, limit: 1h, bake: 5m }]\n');
    const bakes = await runCli(['analyze', '--plan', plan, recorded('plan.ndjson', windows(10))]);
    expect(bakes).toMatchObject({ code: 1 });
    expect(bakes.stdout).toMatch(/^inconclusive at 180 s/m);
    const other = await runCli([
      'analyze',
      '--plan',
      plan,
      '--weight',
      '2%',
      recorded('other.ndjson', windows(10).slice(2)),
    ]);
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain("the plan's step 1 has the weight 0.01, not 0.02");
  });

  it('promotes nothing over a gap, says so, and warns of what is told late', async () => {
    const all = windows(10).map((line) => ({ seconds: 60, ...line }));
    const gap = await runCli(['analyze', recorded('gap.ndjson', [...all.slice(0, 2), ...all.slice(4)])]);
    expect(gap).toMatchObject({ code: 1, stderr: '' });
    expect(gap.stdout).toMatch(/^inconclusive at 180 s \(rollout\.telemetry-gap\)/m);
    expect(gap.stdout).toContain('Nothing is promoted over a gap: nothing was recorded from 60 to 120 s.');
    expect(gap.stdout).toMatch(/^warning: it was told every 60 s/m);
    const twice = await runCli(['analyze', recorded('twice.ndjson', [...all, ...all.slice(-1)])]);
    expect(twice).toMatchObject({ code: 2, stdout: expect.any(String) });
    expect(twice.stderr).toContain('in line 7, but the window that ends at 180 has the baseline twice');
  });

  it('rolls back for a metric that windows tell of, where it is declared', async () => {
    const all = windows(10).map((line) => ('arm' in line ? { ...line, metrics: told(line.arm) } : line));
    const file = recorded('metrics.ndjson', all);
    expect(await runCli(['analyze', file])).toMatchObject({ code: 0 });
    const { code, stdout } = await runCli(['analyze', file, '--metric', 'checkout-failed:rate:higher']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^rollback at 120 s \(rollout\.metric\)/m);
    expect(stdout).toContain('The canary is worse in checkout-failed');
    const slip = await runCli(['analyze', file, '--metric', 'chekout-failed:rate:higher', '--json']);
    expect(slip.stdout).toMatch(/^\{"untoldMetrics":\["chekout-failed"\]\}$/m);
    const twice = ['--metric', 'a:rate:higher', '--metric', 'a:ratio:lower'];
    expect((await runCli(['analyze', file, ...twice])).stderr).toContain('each once, found a, a');
    const wrong = await runCli(['analyze', file, '--metric', 'checkout-failed:ratio:higher']);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).toContain('its checkout-failed is told as a rate, not as a ratio');
  });

  /** One in five users of the canary, of baseline one in a hundred. */
  function told(arm: string): object {
    return { 'checkout-failed': arm === 'canary' ? 200 : 990 };
  }

  it.each<[string, readonly object[], string]>([
    ['no weight', [{ t: 1, arm: 'canary', user: 'a', error: true }], 'mend: write {"t":0,"weight":0.01}'],
    ['nothing', [], 'expected a line with a weight'],
    [
      'another shape',
      [
        { t: 1, weight: 0.1 },
        { t: 1, arm: 'stable', user: 'a', error: true },
      ],
      'in line 2, arm: ',
    ],
    [
      'a time that falls',
      [
        { t: 9, weight: 0.1 },
        { t: 1, arm: 'canary', user: 'a', error: true },
      ],
      'line 2',
    ],
  ])('refuses %s with the line and the mend', async (_case, lines, told) => {
    const { code, stdout, stderr } = await runCli(['analyze', recorded('wrong.ndjson', lines)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(told);
    expect(stderr).toContain('[usage]');
  });
});
