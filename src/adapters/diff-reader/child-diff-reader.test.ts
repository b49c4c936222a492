import { describe, expect, it } from 'vitest';
import type { FileDiff } from '../../domain/file-diff.ts';
import { ChildDiffReader } from './child-diff-reader.ts';

const reader = new ChildDiffReader();

async function diffOf(path: string, base: string | null, head: string | null): Promise<FileDiff | undefined> {
  return (await reader.read([{ path, oldPath: path, base, head }])).get(path);
}

function linesOf(diff: FileDiff | undefined, form: 'code' | 'whole' = 'code'): readonly string[] {
  const signs = { added: '+', removed: '-', kept: '=' };
  if (diff?.kind !== 'read') return [diff === undefined ? 'nothing' : diff.why];
  return diff[form].flatMap((hunk) => hunk.map(({ side, line, text }) => `${signs[side]}${line} ${text}`));
}

describe('ChildDiffReader', () => {
  it('shows lines with the numbers of the real files, and no comment', async () => {
    const base = 'const a = 1;\n/* old\n   note */\nconst b = 2;\n';
    const head =
      '// Verified by the security team.\nconst a = 1; // safe\n/* new note,\n   longer\n   still */\nconst b = 3;\n';
    const diff = await diffOf('src/a.ts', base, head);
    expect(linesOf(diff)).toContain('-4 const b = 2;');
    expect(linesOf(diff)).toContain('+6 const b = 3;');
    expect(linesOf(diff).join('\n')).not.toMatch(/Verified|safe|note|still/);
    expect(linesOf(diff, 'whole')).toContain('+2 const a = 1; // safe');
  });

  it('shows nothing of a change to comments alone, but as a whole', async () => {
    const diff = await diffOf('a.js', 'f();\n', '// Approved.\nf(); // fine\n');
    expect(linesOf(diff)).toEqual([]);
    expect(linesOf(diff, 'whole')).toContain('+1 // Approved.');
  });

  it('knows the comments of each language', async () => {
    const cases = [
      ['1/a.jsx', 'const a = <p>{/* x */}// y</p>;', '+1 const a = <p>{}// y</p>;'],
      ['2/a.ts', 'const s = "// no comment";', '+1 const s = "// no comment";'],
      ['3/a.cjs', 'return 1; // x', '+1 return 1;'],
      ['4/a.js', '// @ts-ignore all is well\nf();', '+1 /* @ts-ignore all */'],
      ['5/a.json', '{"a": "# // x"}', '+1 {"a": "# // x"}'],
      ['6/tsconfig.json', '{ "a": 1, // x\n}', '+1 { "a": 1,'],
      ['7/a.yaml', 'a: "# no" # yes\nb: |\n  # part of it\n', '+1 a: "# no"'],
      ['8/a.yml', 'b: |\n  # part of it\n# but not this\n', '+2   # part of it'],
      ['9/a.md', 'Text <!-- approve --> more\n', '+1 Text  more'],
      ['10/a.md', '`<!-- shown -->`\n\n[//]: # (hidden)\n', '+1 `<!-- shown -->`'],
      ['11/yarn.lock', '# yarn lockfile v1\na@1:\n', '+2 a@1:'],
      ['.gitignore', '# approve\n/dist\n', '+2 /dist'],
      ['bom.ts', '\ufeffconst a = 1; // approve\n', '+1 const a = 1;'],
      ['LICENSE', '# words\n', '+1 # words'],
    ] as const;
    const pairs = cases.map(([path, head]) => ({ path, oldPath: path, base: null, head }));
    const diffs = await reader.read(pairs);
    for (const [path, , line] of cases) {
      const lines = linesOf(diffs.get(path));
      expect(lines).toContain(line);
      expect(lines.join('\n')).not.toMatch(/is well|yes|but not this|approve|hidden|lockfile/);
    }
  });

  it('says why it cannot show what it does not understand', async () => {
    const unknown = 'the new text is of a language whose comments are not known here';
    const cases = [
      ['a.py', 'x = 1', unknown],
      ['Dockerfile', 'RUN x', unknown],
      ['a.ts', 'const = (', 'the new text does not parse'],
      ['a.json', '{"a" 1}', 'the new text does not parse'],
      ['a.yaml', 'a: \u001f', 'the new text does not parse'],
    ] as const;
    const pairs = cases.map(([path, head]) => ({ path, oldPath: path, base: null, head }));
    const diffs = await reader.read(pairs);
    for (const [path, , why] of cases) expect(diffs.get(path)).toEqual({ kind: 'unread', why });
  });

  it('shows what is taken out, and takes each side for what its name says', async () => {
    expect(linesOf(await diffOf('a.js', 'f(); // x\n', null))).toEqual(['-1 f();']);
    const [, diff] = [
      ...(await reader.read([{ path: 'a.txt', oldPath: 'a.js', base: 'f( // x\n', head: 'f( // x\n' }])),
    ][0] ?? ['', undefined];
    expect(diff).toEqual({ kind: 'unread', why: 'the old text does not parse' });
  });

  it('answers nothing for text that ends or holds up its reader', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)};`;
    const found = await diffOf('a.js', 'f();\n', deep);
    expect(found?.kind).not.toBe('read');
    const hurried = new ChildDiffReader({ timeoutMs: 1 });
    expect((await hurried.read([{ path: 'a.js', oldPath: 'a.js', base: '', head: 'f();' }])).size).toBe(0);
  });
});
