import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type InHouseRegistry, startInHouseRegistry } from './server.ts';

const run = promisify(execFile);
const dates = {
  '@shop/stock@1.9.0': '2026-05-01T08:00:00.000Z',
  '@shop/stock@1.10.0': '2026-06-01T08:00:00.000Z',
  'plain@1.0.0': '2026-05-02T08:00:00Z',
};

describe('startInHouseRegistry', () => {
  let directory: string;
  let registry: InHouseRegistry | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'in-house-'));
    for (const key of Object.keys(dates)) {
      const at = key.lastIndexOf('@');
      await addPackage(key.slice(0, at), key.slice(at + 1));
    }
  });
  afterEach(async () => {
    await registry?.close();
    registry = undefined;
    await rm(directory, { recursive: true, force: true });
  });

  async function addPackage(name: string, version: string, manifest = { name, version }): Promise<string> {
    const place = join(directory, 'packages', name, version);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(place, 'index.js'), `module.exports = '${version}';\n`);
    return place;
  }

  async function start(published: Record<string, string> = dates): Promise<InHouseRegistry> {
    registry = await startInHouseRegistry({ packagesDir: join(directory, 'packages'), published });
    return registry;
  }

  async function npm(args: string[]): Promise<string> {
    const { url } = await start();
    const project = join(directory, 'project');
    await mkdir(project, { recursive: true });
    await writeFile(join(project, '.npmrc'), `@shop:registry=${url}\ncache=${join(directory, 'cache')}\n`);
    await writeFile(join(project, 'package.json'), '{}');
    const { stdout } = await run('npm', args, { cwd: project });
    return stdout;
  }

  it('answers npm view with versions in order and their times', async () => {
    const schema = z.object({ versions: z.array(z.string()), time: z.record(z.string(), z.string()) });
    const view = schema.parse(JSON.parse(await npm(['view', '@shop/stock', 'versions', 'time', '--json'])));
    expect(view.versions).toEqual(['1.9.0', '1.10.0']);
    expect(view.time['1.10.0']).toBe('2026-06-01T08:00:00.000Z');
  });

  it('lets npm install a package and lock its integrity', async () => {
    await npm(['install', '@shop/stock', '--ignore-scripts', '--no-audit', '--no-fund']);
    const project = join(directory, 'project');
    const installed = await readFile(join(project, 'node_modules/@shop/stock/index.js'), 'utf8');
    expect(installed).toBe("module.exports = '1.10.0';\n");
    expect(await readFile(join(project, 'package-lock.json'), 'utf8')).toMatch(/"integrity": "sha512-/);
  });

  it('is read-only, and answers 404 for what it does not hold', async () => {
    const { url } = await start();
    expect((await fetch(`${url}plain`, { method: 'PUT', body: '{}' })).status).toBe(405);
    expect((await fetch(`${url}absent`)).status).toBe(404);
    expect((await fetch(`${url}%E0%A4%A`)).status).toBe(404);
    expect((await fetch(`${url}..%2f..%2fetc%2fpasswd`)).status).toBe(404);
    expect((await fetch(`${url}@shop%2fstock`)).status).toBe(200);
  });

  it.each([
    { name: 'a version without a date', published: { 'plain@1.0.0': '2026-05-02' } },
    { name: 'a date without a version', published: { ...dates, 'plain@9.0.0': '2026-05-02' } },
    { name: 'a date that is none', published: { ...dates, 'plain@1.0.0': 'yesterday' } },
  ])('refuses $name', async ({ published }) => {
    await expect(start(published)).rejects.toMatchObject({ code: 'manifest.invalid' });
  });

  it('refuses a package that is not what its place says, and a link in a package', async () => {
    const place = await addPackage('plain', '1.0.0', { name: 'plain', version: '6.6.6' });
    await expect(start()).rejects.toMatchObject({ code: 'manifest.invalid' });
    await writeFile(join(place, 'package.json'), '{"name":"plain","version":"1.0.0"}');
    await symlink('/etc/passwd', join(place, 'passwd'));
    await expect(start()).rejects.toMatchObject({ code: 'manifest.invalid' });
  });

  it('refuses a directory that is not there', async () => {
    const options = { packagesDir: join(directory, 'absent'), published: {} };
    await expect(startInHouseRegistry(options)).rejects.toMatchObject({ code: 'manifest.invalid' });
  });
});
