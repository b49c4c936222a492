import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type InHouseRegistry, startInHouseRegistry } from '../../src/demo/in-house-registry/server.ts';
import type { ScanReport } from '../../src/wiring/scan/scanning.ts';
import { rules } from './greeter.ts';
import type { Files } from './repository.ts';
import { Stage } from './stage.ts';

const [kit, app] = ['@journey/kit', '@journey/app'];
const id = 'GHSA-aaaa-bbbb-cccc';
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

/** The one that mends is younger than updates may be, and older than fixes must be. */
const published = {
  [`${kit}@1.0.0`]: daysAgo(400),
  [`${kit}@1.0.1`]: daysAgo(3),
  [`${kit}@1.1.0`]: daysAgo(2),
  [`${app}@1.0.0`]: daysAgo(400),
};

const question = z.object({
  queries: z.array(z.object({ package: z.object({ name: z.string() }), version: z.string() })),
});

/** Speaks OSV's API of one advisory: https://google.github.io/osv.dev/api/ */
class Osv {
  readonly asked = new Set<string>();
  readonly #server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const answer = request.url === '/v1/querybatch' ? this.#batch(body) : this.#details(request.url ?? '');
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer));
    });
  });

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #batch(body: string) {
    const { queries } = question.parse(JSON.parse(body));
    const results = queries.map(({ package: { name }, version }) => {
      this.asked.add(`${name}@${version}`);
      return name === kit && version === '1.0.0' ? { vulns: [{ id, modified: daysAgo(3) }] } : {};
    });
    return { results };
  }

  #details(url: string) {
    if (url !== `/v1/vulns/${id}`) return undefined;
    return { id, summary: 'Says too much', database_specific: { severity: 'HIGH' } };
  }
}

class Packages {
  readonly #dir = mkdtempSync(join(tmpdir(), 'autoland-packages-'));
  #registry: InHouseRegistry | undefined;

  async start(): Promise<void> {
    for (const version of ['1.0.0', '1.0.1', '1.1.0']) {
      this.#add(kit, version, {}, `export const shout = (text) => text.toUpperCase();\n`);
    }
    this.#add(app, '1.0.0', { [kit]: '^1.0.0' }, `export { shout as greet } from '${kit}';\n`);
    this.#registry = await startInHouseRegistry({ packagesDir: this.#dir, published });
  }

  get url(): string {
    return this.#registry?.url ?? '';
  }

  async close(): Promise<void> {
    await this.#registry?.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #add(name: string, version: string, dependencies: Readonly<Record<string, string>>, code: string): void {
    const dir = join(this.#dir, name, version);
    mkdirSync(dir, { recursive: true });
    const manifest = { name, version, type: 'module', main: 'index.js', dependencies };
    writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest));
    mkdirSync(dirname(join(dir, 'index.js')), { recursive: true });
    writeFileSync(join(dir, 'index.js'), code);
  }

  /** A service that names `app`, which brings `kit`. */
  async files(): Promise<Files> {
    const dependencies = { [app]: '^1.0.0' };
    const manifest = { name: 'greeter', version: '1.0.0', private: true, type: 'module', dependencies };
    const packages = {
      '': { name: 'greeter', version: '1.0.0', dependencies },
      [`node_modules/${app}`]: { ...(await this.#locked(app)), dependencies: { [kit]: '^1.0.0' } },
      [`node_modules/${kit}`]: await this.#locked(kit),
    };
    const lock = { name: 'greeter', version: '1.0.0', lockfileVersion: 3, requires: true, packages };
    return {
      'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
      'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`,
      'greet.js': `import { greet as shout } from '${app}';\n\nexport const greet = (name) => shout('hello ' + name);\n`,
      'tests/greet.test.js': `import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { greet } from '../greet.js';

test('greets', () => strictEqual(greet('you'), 'HELLO YOU'));
`,
    };
  }

  async #locked(name: string) {
    const answer = await fetch(`${this.url}${name}`);
    const dist = z.object({ tarball: z.string(), integrity: z.string() });
    const packument = z.object({ versions: z.record(z.string(), z.object({ dist })) });
    const found = packument.parse(await answer.json()).versions['1.0.0']?.dist;
    return { version: '1.0.0', resolved: found?.tarball, integrity: found?.integrity };
  }
}

describe('a vulnerable version that another package brings', () => {
  const [osv, registry] = [new Osv(), new Packages()];
  let stage: Stage;
  let config: string;

  beforeAll(async () => {
    await registry.start();
    const advisories = `advisories: { from: osv, osv: "${await osv.start()}" }\n`;
    config = `${rules({ levels: { 'dependency-security': 'deploy' } }).replace(
      'install: null',
      'install: [npm, ci, --ignore-scripts]',
    )}${advisories}registry: { minimumAgeDays: 30, fixAgeDays: 1 }\n`;
    const env = { 'npm_config_@journey:registry': registry.url, npm_config_fetch_retries: '0' };
    const strict = config.replace(', fixAgeDays: 1', '');
    stage = new Stage({ ...(await registry.files()), '.autoland/autoland.yaml': strict }, env);
    await stage.open(await stage.up());
  });
  afterAll(async () => {
    await stage?.close();
    await registry.close();
    osv.close();
  });

  const scan = () => stage.json<ScanReport>('scan', '--agent', 'dependency');

  it('waits as long as any update where nobody gave fixes an age of their own', async () => {
    const { proposals, skipped } = await scan();
    expect(proposals).toEqual([]);
    expect(skipped.find(({ name }) => name === kit)).toMatchObject({ code: 'dependency.too-young' });
    expect([...osv.asked]).toEqual(expect.arrayContaining([`${kit}@1.0.0`, `${kit}@1.0.1`]));
  });

  it('is mended live, by the least version that is old enough for a fix', async () => {
    stage.repo.push('main', { '.autoland/autoland.yaml': config });
    // Else the next release would be the first with that commit.
    await stage.json('adopt');
    const { proposals } = await scan();
    expect(proposals.map(({ title }) => title)).toEqual([`Update ${kit} from 1.0.0 to 1.0.1, against ${id}`]);
    const view = await stage.ended(proposals[0]?.change ?? '');
    expect(view).toMatchObject({ class: 'dependency-security', state: 'landed', code: 'landed.promoted' });
    const { packages } = JSON.parse(stage.repo.show('main', 'package-lock.json'));
    expect(packages[`node_modules/${kit}`].version).toBe('1.0.1');
    const entries = await stage.journal(proposals[0]?.change ?? '');
    const done = entries.filter(({ type }) => type === 'stage.finished').map(({ data }) => data.stage);
    expect(done).toEqual(
      expect.arrayContaining(['classify', 'guardrails', 'policy', 'merge', 'release', 'rollout']),
    );
    expect([...stage.users.statuses.keys()]).toEqual([200]);
  });

  it('is not looked for again, and nothing was lost', async () => {
    const { proposals, skipped } = await scan();
    expect(proposals).toEqual([]);
    expect(skipped.map(({ name }) => name)).not.toContain(kit);
    expect(await stage.json('audit', 'verify')).toMatchObject({ kind: 'ok' });
  });
});
