import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { openRepository } from '../../src/wiring/place/repository.ts';
import { runCli } from './cli.ts';
import { greeter, rules } from './greeter.ts';
import { BareRepository } from './repository.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const known = 'sums > are rounded';
const hostile =
  'names > "quotes": \u001b[2J # and ends\u202e here, after more than a line of a narrow terminal';
const held = { test: known, until: '2999-01-01' };

describe('flakes', () => {
  let dir: string;
  let where: string[];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'autoland-flakes-'));
    const config = `${rules()}tests: { quarantine: [${JSON.stringify(held)}] }\n`;
    const repo = new BareRepository(join(dir, 'greeter.git'), {
      ...greeter,
      '.autoland/autoland.yaml': config,
    });
    where = ['--repo', repo.dir, '--state', join(dir, 'state')];
    const { store } = await openRepository({ repo: repo.dir, state: join(dir, 'state') }, 'write');
    await store.append({
      events: [checked({ headFlakes: [hostile] }), checked({ headFlakes: [hostile], baseFlakes: [known] })],
    });
    store.close();
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('are told as JSON, with what to paste', async () => {
    const { code, stdout } = await runCli(['flakes', ...where, '--json']);
    expect(code).toBe(0);
    const view = JSON.parse(stdout) as { suggestion: string[]; flakes: JsonObject[] };
    expect(view.flakes).toMatchObject([
      { test: hostile, times: 2, quarantinedUntil: null },
      { test: known, times: 1, quarantinedUntil: '2999-01-01T00:00:00.000Z' },
    ]);
    const pasted = parseConfig(`version: 1\n${view.suggestion.join('\n')}\n`, 'pasted');
    expect(pasted.tests.quarantine.map(({ test }) => test)).toEqual([hostile]);
  });

  it('are told to people in 60 columns, and nothing of a name reaches the terminal', () => {
    const line = `stty cols 60 rows 30; ${process.execPath} ${main} flakes ${where.join(' ')}`;
    const env = { ...process.env, NO_COLOR: '1' };
    const text = execFileSync('script', ['-qec', line, '/dev/null'], { encoding: 'utf8', env });
    const rows = text.split(/\r?\n/);
    expect(rows.filter((row) => row.length > 60)).toEqual([]);
    expect(rows[0]).toMatch(/^2 tests were seen to flake in 2 runs/);
    expect(text).toContain('a person decides');
    for (const one of ['\u001b', '\u202e']) expect(text).not.toContain(one);
  });
});

function checked(found: JsonObject) {
  const ran = { kind: 'ran', code: 0 };
  const results = [{ name: 'tests', verdict: 'pass', evidence: { base: ran, head: ran, ...found } }];
  const data = { stage: 'guardrails', data: { verdict: 'pass', results } };
  return { type: 'stage.finished', change: 'chg_0123456789ab', actor: 'verifier', data };
}
