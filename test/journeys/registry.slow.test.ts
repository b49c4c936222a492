import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InHouseRegistry, startInHouseRegistry } from '../../src/demo/in-house-registry/server.ts';
import { rules } from './greeter.ts';
import type { Files } from './repository.ts';
import { Stage } from './stage.ts';

const name = '@journey/lib';
const versions = ['1.0.0', '1.0.1'] as const;
const usesIt = `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { shout } from '${name}';

test('shouts', () => strictEqual(shout('you'), 'YOU'));
`;
type Behaviour = 'honest' | 'swaps-tarballs' | 'down';

/** Stands before an honest registry, and lies or hangs up at will. */
class Between {
  behaviour: Behaviour = 'honest';
  readonly #server: Server;
  readonly #dir = mkdtempSync(join(tmpdir(), 'autoland-packages-'));
  #honest: InHouseRegistry | undefined;

  constructor() {
    this.#server = createServer((request, response) => {
      if (this.behaviour === 'down') return void request.socket.destroy();
      const path = request.url ?? '/';
      const wanted = this.behaviour === 'swaps-tarballs' ? path.replace('1.0.1.tgz', '1.0.0.tgz') : path;
      void this.#ask(wanted).then(({ status, body }) => response.writeHead(status).end(body));
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  async start(): Promise<void> {
    for (const version of versions) {
      const dir = join(this.#dir, name, version);
      mkdirSync(dir, { recursive: true });
      writeFileSync(
        join(dir, 'package.json'),
        JSON.stringify({ name, version, type: 'module', main: 'index.js' }),
      );
      const shout = 'export const shout = (text) => text.toUpperCase();';
      writeFileSync(join(dir, 'index.js'), `export const version = '${version}';\n${shout}\n`);
    }
    const published = Object.fromEntries(
      versions.map((version) => [`${name}@${version}`, '2026-01-01T00:00:00Z']),
    );
    this.#honest = await startInHouseRegistry({ packagesDir: this.#dir, published });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#honest?.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async integrity(version: string): Promise<string> {
    const { body } = await this.#ask(`/${name}`);
    const packument = JSON.parse(body.toString()) as {
      versions: Record<string, { dist: { integrity: string } }>;
    };
    return packument.versions[version]?.dist.integrity ?? '';
  }

  async #ask(path: string): Promise<{ status: number; body: Buffer }> {
    const origin = (this.#honest?.url ?? '').slice(0, -1);
    const answer = await fetch(`${origin}${path}`);
    const body = Buffer.from(await answer.arrayBuffer());
    const text = path.endsWith('.tgz') ? body : Buffer.from(body.toString().replaceAll(origin, this.url));
    return { status: answer.status, body: text };
  }
}

describe('a package registry', () => {
  const registry = new Between();
  let stage: Stage;

  async function depending(version: string, changed: { integrity?: string } = {}): Promise<Files> {
    const manifest = {
      name: 'greeter',
      version: '1.0.0',
      private: true,
      type: 'module',
      dependencies: { [name]: version },
    };
    const { type: _type, private: _private, ...root } = manifest;
    const locked = {
      version,
      resolved: `${registry.url}/${name}/-/lib-${version}.tgz`,
      integrity: changed.integrity ?? (await registry.integrity(version)),
    };
    const packages = { '': root, [`node_modules/${name}`]: locked };
    const lock = { name: 'greeter', version: '1.0.0', lockfileVersion: 3, requires: true, packages };
    return {
      'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
      'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`,
    };
  }

  beforeAll(async () => {
    await registry.start();
    const config = rules()
      .replace('install: null', 'install: [npm, ci, --ignore-scripts]')
      .replace(/service:[\s\S]*/, 'service: null\n');
    const env = { 'npm_config_@journey:registry': `${registry.url}/`, npm_config_fetch_retries: '0' };
    const tested = { '.autoland/autoland.yaml': config, 'tests/shout.test.js': usesIt };
    stage = new Stage({ ...tested, ...(await depending('1.0.0')) }, env);
    await stage.up();
  });
  afterAll(async () => {
    await stage.close();
    await registry.close();
  });

  it('that is down holds the update', async () => {
    registry.behaviour = 'honest';
    const files = await depending('1.0.1');
    registry.behaviour = 'down';
    const view = await stage.ended(await stage.submit(files));
    expect(view).toMatchObject({ class: 'dependency-patch', state: 'held', code: 'registry.unreachable' });
  });

  it('whose tarball is not what it promised gets the update refused', async () => {
    registry.behaviour = 'swaps-tarballs';
    const view = await stage.ended(
      await stage.submit({
        ...(await depending('1.0.1')),
        'package.json': `${(await depending('1.0.1'))['package.json']}\n`,
      }),
    );
    expect(['held', 'refused']).toContain(view.state);
    expect(JSON.stringify(view)).toMatch(/EINTEGRITY|integrity/i);
    expect(stage.repo.show('main', 'package.json')).toContain('1.0.0"');
  });

  it('is not believed to promise what the lockfile says', async () => {
    registry.behaviour = 'honest';
    const lie = await depending('1.0.1', { integrity: await registry.integrity('1.0.0') });
    const view = await stage.ended(await stage.submit(lie));
    expect(view.state).toBe('refused');
    expect(view.code).toMatch(/^integrity\./);
  });

  it('has no part in a lockfile that does not parse', async () => {
    const view = await stage.ended(await stage.submit({ 'package-lock.json': '{ "lockfileVersion": 3,\n' }));
    expect(['held', 'refused']).toContain(view.state);
    expect(view.reasons.join()).toMatch(/lockfile cannot be read/);
    expect(stage.repo.show('main', 'package-lock.json')).toContain('1.0.0');
  });

  it('that is honest lets the same update land', async () => {
    const files = await depending('1.0.1');
    const view = await stage.ended(
      await stage.submit({ ...files, 'package.json': `${files['package.json']?.trimEnd()}\n` }),
    );
    expect(view).toMatchObject({ class: 'dependency-patch', state: 'landed', code: 'landed.merged' });
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
  });
});
