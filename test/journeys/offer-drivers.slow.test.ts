import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InHouseRegistry, startInHouseRegistry } from '../../src/demo/in-house-registry/server.ts';
import { driverAnswer } from '../../src/testing/driver-answers.ts';
import { driverSamples, padOld } from '../../src/testing/driver-samples.ts';
import { ModelServer } from '../../src/testing/model-server/model-server.ts';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { clientOf } from './client-of.ts';
import { Stage } from './stage.ts';

const name = '@journey/pad';
const bodies = { '1.0.0': padOld, '1.0.1': `${padOld}\n// Tidied.` };
const tests = `const { test } = require('node:test'), assert = require('node:assert'), { pad } = require('${name}');
test('it pads', () => { assert.equal(typeof pad('a'), 'string'); });
`;
const config = (registry: string) => `version: 1
branch: main
commands: { install: [npm, ci, --ignore-scripts], build: null, test: [node, --test] }
registry: { minimumAgeDays: 0, allowed: ["${registry}"] }
autonomy: { dependency-patch: observe }
models:
  writer: { provider: openai-compatible, server: here, model: local-1, family: local }
characterization: { drivers: { model: writer } }
agents: { drivers: { enabled: true } }
`;

describe('drivers that earned their place', () => {
  const packages = mkdtempSync(join(tmpdir(), 'autoland-packages-'));
  let registry: InHouseRegistry;
  let server: ModelServer;
  let stage: Stage;
  beforeAll(async () => {
    for (const [version, body] of Object.entries(bodies)) {
      const place = join(packages, name, version);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'package.json'), JSON.stringify({ name, version, main: 'index.js' }));
      writeFileSync(join(place, 'index.js'), body);
    }
    const published = {
      [`${name}@1.0.0`]: '2026-01-01T00:00:00Z',
      [`${name}@1.0.1`]: '2026-01-01T00:00:00Z',
    };
    registry = await startInHouseRegistry({ packagesDir: packages, published });
    const text = driverSamples.good.text.replace(/(['"])pad\1/g, `'${name}'`);
    const says = (body: Readonly<Record<string, unknown>>) => {
      const messages = body.messages as readonly { readonly content: string }[];
      return driverAnswer(messages.at(-1)?.content ?? '', [{ ...driverSamples.good, text }]);
    };
    server = await ModelServer.open({ script: { steps: [{ answer: { kind: 'silent' } }] }, says });
    const files = { '.autoland/autoland.yaml': config(registry.url), 'tests/pad.test.cjs': tests };
    const npm = { 'npm_config_@journey:registry': registry.url };
    stage = new Stage({ ...files, 'tests/greet.test.js': null, ...(await depending('1.0.0')) }, npm);
    mkdirSync(stage.state, { mode: 0o711 });
    const servers = `version: 1\nservers:\n  here: { provider: openai-compatible, url: "${server.url}/v1", scripted: true }\n`;
    writeFileSync(join(stage.state, 'models.yaml'), servers, { mode: 0o600 });
    await stage.up();
  });
  afterAll(async () => {
    await stage.close();
    await server.close();
    await registry.close();
    rmSync(packages, { recursive: true, force: true });
  });

  const depending = (version: string) => clientOf(registry.url, name, version);

  const scan = () => stage.json<ScanReport>('scan', '--agent', 'drivers');

  it('are offered as a change of their own, which a person decides', async () => {
    expect(await scan()).toMatchObject({ proposals: [], skipped: [] });
    const update = await stage.ended(await stage.submit(await depending('1.0.1')));
    expect(update).toMatchObject({ class: 'dependency-patch', state: 'held' });
    expect(update.guardrails).toContainEqual(
      expect.objectContaining({ name: 'drivers', code: 'drivers.same' }),
    );
    const { proposals, skipped } = await scan();
    expect(skipped).toEqual([]);
    expect(proposals).toMatchObject([{ title: `Add 1 test of ${name} that a model wrote` }]);
    const offered = await stage.ended(proposals[0]?.change ?? '');
    expect(offered).toMatchObject({ class: 'other', state: 'held', code: 'policy.class-other' });
    expect(offered.guardrails).toContainEqual(expect.objectContaining({ name: 'tests', verdict: 'pass' }));
    stage.repo.push('main', { 'NEWS.txt': 'Another commit.\n' });
    expect(await scan()).toMatchObject({ proposals: [], skipped: [{ code: 'drivers.held' }] });
  });
});
