import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InHouseRegistry, startInHouseRegistry } from '../../src/demo/in-house-registry/server.ts';
import type { Driver } from '../../src/domain/driver.ts';
import { driverAnswer } from '../../src/testing/driver-answers.ts';
import { driverSamples, padNew, padOld } from '../../src/testing/driver-samples.ts';
import { ModelServer } from '../../src/testing/model-server/model-server.ts';
import { runCli } from './cli.ts';
import { clientOf } from './client-of.ts';
import { BareRepository, type Files } from './repository.ts';

const name = '@journey/pad';
const [old, harmful, harmless] = ['1.0.0', '1.0.1', '1.0.2'] as const;
const bodies = { [old]: padOld, [harmful]: padNew, [harmless]: `${padOld}\n// Tidied.` };

/** They are green with each version, and look at the type of what it answers alone. */
const tests = `const { test } = require('node:test'), assert = require('node:assert'), { pad } = require('${name}');
test('it pads', () => { assert.equal(typeof pad('a'), 'string'); });
`;
const config = `version: 1
branch: main
commands: { install: [npm, ci, --ignore-scripts], build: null, test: [node, --test] }
registry: { minimumAgeDays: 0 }
models:
  writer: { provider: openai-compatible, server: here, model: local-1, family: local }
characterization: { drivers: { model: writer } }
`;
const fee = 'exports.fee = (sum) => (sum > 100 ? 0 : 5);\n';
const feeTests = `const { test } = require('node:test'), assert = require('node:assert'), { fee } = require('../src/fee.js');
test('a fee', () => { assert.equal(fee(1), 5); assert.equal(fee(900), 0); });
`;

/** As it is called here. */
const forHere = ({ format, text }: Driver): Driver => ({
  format,
  text: text.replace(/(['"])pad\1/g, `'${name}'`),
});

describe('drivers of a model', () => {
  const dir = mkdtempSync(join(tmpdir(), 'autoland-drivers-'));
  const scratch = mkdtempSync(join(dir, 'tmp-'));
  // The sandbox's user must pass.
  for (const each of [dir, scratch]) chmodSync(each, 0o755);
  const [cache, offers, servers] = [join(dir, 'cache'), join(dir, 'offers'), join(dir, 'models.yaml')];
  let registry: InHouseRegistry;
  let server: ModelServer;
  let repo: BareRepository;
  let writes: readonly Driver[] = [];

  beforeAll(async () => {
    const packages = join(dir, 'packages');
    for (const [version, body] of Object.entries(bodies)) {
      const place = join(packages, name, version);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version, main: 'index.js' }));
      writeFileSync(join(place, 'index.js'), body);
    }
    const published = Object.fromEntries(
      Object.keys(bodies).map((version) => [`${name}@${version}`, '2026-01-01T00:00:00Z']),
    );
    registry = await startInHouseRegistry({ packagesDir: packages, published });
    const says = (body: Readonly<Record<string, unknown>>) => {
      const messages = body.messages as readonly { readonly content: string }[];
      return driverAnswer(messages.at(-1)?.content ?? '', writes.map(forHere));
    };
    server = await ModelServer.open({ script: { steps: [{ answer: { kind: 'silent' } }] }, says });
    const url = `${server.url}/v1`;
    writeFileSync(
      servers,
      `version: 1\nservers:\n  here: { provider: openai-compatible, url: "${url}", scripted: true }\n`,
      { mode: 0o600 },
    );
    repo = new BareRepository(join(dir, 'client.git'), {
      '.autoland/autoland.yaml': config,
      'test/a.test.js': tests,
      'src/fee.js': fee,
      'test/fee.test.js': feeTests,
      ...(await depending(old)),
    });
  });
  afterAll(async () => {
    await server.close();
    await registry.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const depending = (version: string) => clientOf(registry.url, name, version);

  async function check(version: string, written: readonly Driver[], more: readonly string[] = []) {
    return checkFiles(await depending(version), written, more);
  }

  async function checkFiles(files: Files, written: readonly Driver[], more: readonly string[] = []) {
    writes = written;
    repo.push('update', files);
    const args = ['check', '--repo', repo.dir, 'main..update', '--json', '--cache', cache, '--no-stop-early'];
    const env = { TMPDIR: scratch, AUTOLAND_MODELS: servers, 'npm_config_@journey:registry': registry.url };
    const { stdout, stderr } = await runCli([...args, ...more], { env });
    expect(stderr).toBe('');
    const report = JSON.parse(stdout);
    const found = (wanted: string) => report.guardrails.find((one: { name: string }) => one.name === wanted);
    return { report, found };
  }

  it('find what the tests of the client do not see, and no word of the model refuses it', async () => {
    const { good, flaky, failing } = driverSamples;
    const leak = { format: 'cjs', text: `require('${name}'); process.env.TOKEN;` } as const;
    const { found, report } = await check(harmful, [good, flaky, failing, leak], ['--offer-drivers', offers]);
    expect(found('tests')).toMatchObject({ verdict: 'pass' });
    expect(found('characterization')).toMatchObject({ verdict: 'pass' });
    expect(found('drivers')).toMatchObject({
      verdict: 'abstain',
      code: 'drivers.differs',
      reason: expect.stringContaining('by writer (scripted)'),
      evidence: {
        differences: [
          {
            call: `${name}.pad("abc", 10)`,
            old: 'return "abc......."',
            new: 'return "abc_______"',
          },
        ],
        written: 4,
        kept: 1,
        dropped: [{ code: 'screened' }, { code: 'flaky' }, { code: 'fails-on-old' }],
      },
    });
    expect(report.verdict).toBe('abstain');
    const [name0 = '', ...others] = readdirSync(offers);
    expect(others).toEqual([]);
    expect(readFileSync(join(offers, name0), 'utf8')).toMatch(
      /^\/\/ Written by local-1 \(scripted\)\. It notices \d fault/,
    );
    expect(report.notes.join()).toContain('1 driver written to');
    expect(server.asked).toHaveLength(1);
    expect(readFileSync(join(cache, 'exchanges.ndjson'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('pass an update that does what the old version did, and are not drawn anew', async () => {
    const before = server.asked.length;
    const { found } = await check(harmless, [driverSamples.failing], ['--offer-drivers', offers]);
    expect(found('drivers')).toMatchObject({ verdict: 'pass', code: 'drivers.same', evidence: { kept: 1 } });
    expect(server.asked).toHaveLength(before);
    expect(readdirSync(offers)).toHaveLength(1);
  });

  it('look at the edges of own code where its tests do not', async () => {
    const text = `const { test } = require('node:test'), assert = require('node:assert/strict'), { fee } = require('../src/fee.js');
test('driver', () => { assert.equal(fee(100), 5); });`;
    const changed = { 'src/fee.js': fee.replace('> 100', '>= 100') };
    const { found } = await checkFiles(changed, [{ format: 'cjs', text }]);
    expect(found('tests')).toMatchObject({ verdict: 'pass' });
    expect(found('drivers')).toMatchObject({
      verdict: 'abstain',
      code: 'drivers.differs',
      evidence: {
        differences: [{ call: 'src/fee.js.fee(100)', old: 'return 5', new: 'return 0' }],
        kept: 1,
      },
    });
  });

  it('are none where the model is gone: that is no pass', async () => {
    rmSync(cache, { recursive: true, force: true });
    writeFileSync(servers, 'version: 1\nservers: {}\n');
    const { found } = await check(harmless, [driverSamples.good]);
    expect(found('drivers')).toMatchObject({
      verdict: 'not-offered',
      code: 'drivers.unanswered',
      waived: false,
    });
  });
});
