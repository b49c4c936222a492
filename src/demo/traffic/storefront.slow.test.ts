import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInHouseRegistry } from '../in-house-registry/server.ts';
import { loadStory, type Story } from '../story.ts';
import { createClient } from './client.ts';
import { type Totals, TrafficRun } from './traffic.ts';

const run = promisify(execFile);
const storefront = fileURLToPath(new URL('../../../examples/storefront', import.meta.url));

/** Of the in-house package the story holds a good version, and one that only production breaks. */
describe('the storefront', () => {
  let dir: string;
  let story: Story;
  let service: string;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'storefront-'));
    story = await loadStory(storefront);
    service = join(dir, 'service');
    const filter = (path: string): boolean => !path.includes('node_modules');
    await cp(story.serviceDir, service, { recursive: true, filter });
    await npm('ci');
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  });

  async function npm(...args: string[]): Promise<void> {
    const registry = await startInHouseRegistry(story);
    try {
      const flags = [
        `--${story.scope}:registry=${registry.url}`,
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
      ];
      const env = { ...process.env, NODE_USE_SYSTEM_CA: '1' };
      await run('npm', [...args, ...flags, '--prefer-offline'], { cwd: service, env });
    } finally {
      await registry.close();
    }
  }

  /** Runs the service under the story's own traffic for some seconds, then ends it gracefully. */
  async function serve(seconds: number): Promise<{ totals: Totals; healthy: boolean; code: number | null }> {
    const child = spawn(process.execPath, ['src/server.js'], { cwd: service, env: { PORT: '0' } });
    children.add(child);
    const [greeting] = await once(child.stdout, 'data');
    const origin = /http:\/\/[\d.:]+/.exec(String(greeting))?.[0] ?? '';
    const client = createClient(origin, 8);
    const traffic = { ...story.traffic, requestsPerSecond: 120, minimum: 1 };
    const users = new TrafficRun({ traffic, client, seed: 11 });
    users.start();
    await sleep(seconds * 1000);
    const healthy = (await fetch(`${origin}/healthz`)).ok;
    const totals = await users.stop();
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    children.delete(child);
    return { totals, healthy, code };
  }

  async function testsPass(): Promise<boolean> {
    const { stdout } = await run('npm', ['test'], {
      cwd: service,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    return /^. fail 0$/m.test(stdout);
  }

  it('passes its tests and serves everyone with what is locked', async () => {
    expect(await testsPass()).toBe(true);
    const { totals, healthy, code } = await serve(3);
    expect(totals.answered).toBeGreaterThan(100);
    expect(totals.unexpectedBy).toEqual({});
    expect(healthy).toBe(true);
    expect(code).toBe(0);
  });

  it('passes its tests and health check with the faulty version, and fails its users with it', async () => {
    const [name, version] = faultyVersion();
    await npm('install', '--save-exact', `${name}@${version}`);
    expect(await testsPass()).toBe(true);
    const { totals, healthy } = await serve(3);
    expect(healthy).toBe(true);
    expect(totals.unexpected / totals.answered).toBeGreaterThan(0.25);
    expect(Object.keys(totals.unexpectedBy).every((key) => key.endsWith(': 503'))).toBe(true);
  });

  it('serves everyone again once the one line is mended', async () => {
    const [name] = faultyVersion();
    const file = join(service, 'node_modules', name, 'index.js');
    const { faultyLine = '', fixedLine = '' } = story.fault ?? {};
    const text = await readFile(file, 'utf8');
    expect(text).toContain(`${faultyLine}\n`);
    await writeFile(file, text.replace(faultyLine, fixedLine));
    const { totals } = await serve(3);
    expect(totals.answered).toBeGreaterThan(100);
    expect(totals.unexpectedBy).toEqual({});
  });

  function faultyVersion(): [string, string] {
    const [, name = '', version = ''] =
      /^packages\/(.+)\/([^/]+)\/index\.js$/.exec(story.fault?.file ?? '') ?? [];
    return [name, version];
  }
});
