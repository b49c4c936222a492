import { describe, expect, it } from 'vitest';
import { packTarball } from '../../testing/tarball.ts';
import { readContents } from './contents.ts';

const file = (path: string, text: string) => ({ path: `package/${path}`, text });

describe('readContents', () => {
  it('lists links, and does not follow them', async () => {
    const link = { ...file('x.js', '/etc/passwd'), type: 'SymbolicLink' as const };
    const contents = await readContents('a', packTarball([link, file('y.js', '1')]));
    expect(contents.links).toEqual(['x.js']);
    expect(contents.files.map(({ path }) => path)).toEqual(['y.js']);
  });

  it('keeps the last of one name, as npm does', async () => {
    const { files } = await readContents('a', packTarball([file('x.js', '1'), file('./x.js', '2')]));
    expect(files.map(({ text }) => text)).toEqual(['2']);
  });

  it('tells text from what is not', async () => {
    const { files } = await readContents('a', packTarball([file('a', 'ä'), file('b', '\u007fELF\u0000')]));
    expect(files.map(({ kind, text }) => [kind, text])).toEqual([
      ['text', 'ä'],
      ['binary', undefined],
    ]);
  });

  it('lists without its text what is over a bound', async () => {
    const packed = packTarball([file('a', '12345678'), file('b', '1234'), file('c', '1234')]);
    const { files } = await readContents('a', packed, { textBytes: 5, allTextBytes: 6 });
    expect(files.map(({ text }) => text)).toEqual([undefined, '1234', undefined]);
    expect(files.every(({ digest }) => digest.length === 64)).toBe(true);
  });

  it.each([{ bytes: 1024 }, { entries: 1 }])('refuses what is over %j', async (limits) => {
    const packed = packTarball([file('a', '1'), file('b', '2')]);
    await expect(readContents('a', packed, limits)).rejects.toMatchObject({ code: 'registry.invalid' });
  });
});
