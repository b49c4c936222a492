import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readPackages } from './in-house-registry/packages.ts';
import { loadStory } from './story.ts';

const storefront = fileURLToPath(new URL('../../examples/storefront', import.meta.url));
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      resolved: z.string().optional(),
    }),
  ),
});

describe('loadStory', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'story-'));
    const filter = (path: string): boolean => !path.includes('node_modules');
    await cp(storefront, dir, { recursive: true, filter });
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  async function edit(from: string | RegExp, to: string): Promise<void> {
    const file = join(dir, 'story.yaml');
    const text = await readFile(file, 'utf8');
    const edited = text.replace(from, to);
    expect(edited).not.toBe(text);
    await writeFile(file, edited);
  }

  it('reads the storefront: every published version is there, and the locked one is the one that is served', async () => {
    const story = await loadStory(storefront);
    const hosted = await readPackages(story.packagesDir, story.published);
    const lock = lockSchema.parse(
      JSON.parse(await readFile(join(story.serviceDir, 'package-lock.json'), 'utf8')),
    );
    const inHouse = Object.entries(lock.packages).filter(([path]) =>
      path.startsWith(`node_modules/${story.scope}/`),
    );
    expect(inHouse.length).toBeGreaterThan(0);
    for (const [path, locked] of inHouse) {
      const served = hosted.find(
        (version) => path === `node_modules/${version.name}` && version.version === locked.version,
      );
      expect(served?.integrity).toBe(locked.integrity);
    }
  });

  it('locks an integrity for every package of the storefront and the host of none', async () => {
    const lock = lockSchema.parse(
      JSON.parse(await readFile(join(storefront, 'service', 'package-lock.json'), 'utf8')),
    );
    for (const [path, locked] of Object.entries(lock.packages)) {
      if (path !== '') expect(locked.integrity, path).toMatch(/^sha512-/);
      expect(locked.resolved, path).toBeUndefined();
    }
  });

  it('fails between 0.5 and 2 % of the time as part of everyday life', async () => {
    const { habits } = (await loadStory(storefront)).traffic;
    const sum = (list: typeof habits): number => list.reduce((total, habit) => total + habit.weight, 0);
    const share = sum(habits.filter((habit) => habit.background)) / sum(habits);
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.02);
  });

  it.each([
    { name: 'an unknown key', from: /^name:/m, to: 'nam:' },
    { name: 'a path out of the folder', from: 'service: service', to: 'service: ../elsewhere' },
    { name: 'a template that stands for nothing', from: '/product/{product}', to: '/product/{prodcut}' },
    { name: 'a date that is none', from: '2026-10-01T00:00:00Z', to: 'soon' },
    { name: 'a faulty line that is not in the file', from: '= 16;', to: '= 17;' },
    { name: 'a minimum above the rate', from: 'minimum: 300', to: 'minimum: 3000' },
    { name: 'YAML that does not parse', from: 'name: storefront', to: 'name: [storefront' },
  ])('refuses $name', async ({ from, to }) => {
    await edit(from, to);
    await expect(loadStory(dir)).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('says when the manifest or a folder is missing', async () => {
    await expect(loadStory(join(dir, 'absent'))).rejects.toMatchObject({ code: 'config.missing' });
    await edit('service: service', 'service: absent');
    await expect(loadStory(dir)).rejects.toMatchObject({ code: 'config.missing' });
  });
});
