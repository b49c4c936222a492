import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeptDrivers } from '../../domain/driver.ts';
import { offeredNotes, openOffer } from './offer-drivers.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'autoland-offer-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const author = { name: 'writer', model: 'm-1', scripted: true };
const kept: KeptDrivers = {
  author,
  packages: ['ejs'],
  drivers: [
    { driver: { format: 'esm', text: 'one\n' }, noticed: 1 },
    { driver: { format: 'cjs', text: 'two' }, noticed: 3 },
  ],
};

describe('drivers that are offered', () => {
  it('are test files that say who wrote them, each once', async () => {
    const path = await openOffer(join(dir, 'a', 'b'));
    expect(await offeredNotes(path, [kept])).toEqual([
      `2 drivers written to ${path}: a change of their own may bring them`,
    ]);
    const names = readdirSync(path).sort();
    expect(names.map((name) => name.replace(/[0-9a-f]{12}/, ''))).toEqual(
      names.map((name) => `driver-.test.${name.endsWith('mjs') ? 'mjs' : 'cjs'}`),
    );
    const texts = names.map((name) => readFileSync(join(path, name), 'utf8'));
    expect(texts.toSorted()).toEqual([
      '// Written by m-1 (scripted). It notices 1 fault that the other tests do not; read it before you take it.\none\n',
      '// Written by m-1 (scripted). It notices 3 faults that the other tests do not; read it before you take it.\ntwo\n',
    ]);
    expect(await offeredNotes(path, [kept])).toEqual(['no driver is offered that is not there']);
    expect(await offeredNotes(undefined, [kept])).toEqual([]);
  });

  it('go over no file and through no link', async () => {
    await offeredNotes(dir, [kept]);
    const [name = ''] = readdirSync(dir);
    const elsewhere = join(dir, 'elsewhere');
    rmSync(join(dir, name));
    symlinkSync(elsewhere, join(dir, name));
    await offeredNotes(dir, [kept]);
    expect(readdirSync(dir)).not.toContain('elsewhere');
  });

  it('need a directory', async () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    await expect(openOffer(join(file, 'x'))).rejects.toMatchObject({ code: 'usage' });
    await expect(openOffer('/proc/nowhere')).rejects.toMatchObject({ code: 'usage' });
    await expect(openOffer('')).rejects.toMatchObject({ code: 'usage' });
  });
});
