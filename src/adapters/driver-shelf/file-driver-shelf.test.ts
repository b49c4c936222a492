import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeptDrivers } from '../../domain/driver.ts';
import { FileDriverShelf } from './file-driver-shelf.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'autoland-shelf-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const kept = (...texts: readonly string[]): KeptDrivers => ({
  author: { name: 'writer', model: 'm-1', scripted: false },
  packages: ['ejs'],
  drivers: texts.map((text) => ({ driver: { format: 'esm', text }, noticed: 2 })),
});

describe('the shelf of drivers', () => {
  it('keeps each once, by its text', async () => {
    const shelf = new FileDriverShelf(join(directory, 'new'));
    expect(await shelf.all()).toEqual([]);
    await shelf.put(kept('one', 'two'));
    await shelf.put(kept('two'));
    const all = await shelf.all();
    expect(all.map(({ driver }) => driver.text).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'one',
      'two',
    ]);
    expect(all[0]).toMatchObject({ author: { model: 'm-1' }, packages: ['ejs'], noticed: 2 });
    expect(await new FileDriverShelf(join(directory, 'new')).all()).toEqual(all);
  });

  it('leaves out what is not whole, and what is none of its own', async () => {
    const shelf = new FileDriverShelf(directory);
    await shelf.put(kept('one'));
    const [name = ''] = readdirSync(directory);
    writeFileSync(join(directory, name), 'half of');
    writeFileSync(join(directory, 'README'), 'x');
    expect(await shelf.all()).toEqual([]);
  });

  it('holds nothing up where it cannot be written', async () => {
    writeFileSync(join(directory, 'file'), '');
    const shelf = new FileDriverShelf(join(directory, 'file', 'below'));
    await shelf.put(kept('one'));
    expect(await shelf.all()).toEqual([]);
  });
});
