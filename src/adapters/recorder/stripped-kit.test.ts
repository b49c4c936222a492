import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { FileTextCache } from '../text-cache.ts';
import { strippedKit } from './stripped-kit.ts';

const root = mkdtempSync(join(tmpdir(), 'autoland-stripped-'));
afterAll(() => rmSync(root, { recursive: true }));

it('strips the same sources once, and others anew', async () => {
  const [source, compiled] = [mkdtempSync(join(root, 'source-')), mkdtempSync(join(root, 'compiled-'))];
  const write = (text: string) => writeFileSync(join(source, 'main.ts'), text);
  const strip = async () => {
    const [main] = await strippedKit({ source, entries: ['main.js'] }, compiled);
    return main;
  };
  const directory = join(compiled, 'recorder');

  write('const a: number = 1;\nglobalThis.a = a;');
  expect(await strip()).toMatchObject({ path: 'main.js', text: expect.stringMatching(/const a {9}= 1;/) });
  const kept = readdirSync(directory);
  expect(kept).toHaveLength(1);
  const cache = new FileTextCache(directory, { entries: 10, bytes: 1000 });
  await cache.put(kept[0] ?? '', JSON.stringify([{ path: 'main.js', text: 'as it was kept' }]));
  expect((await strip())?.text).toBe('as it was kept');
  writeFileSync(join(directory, kept[0] ?? ''), 'damaged');
  expect((await strip())?.text).toContain('= 1;');
  write('const a: number = 2;\nglobalThis.a = a;');
  expect((await strip())?.text).toContain('= 2;');
});
