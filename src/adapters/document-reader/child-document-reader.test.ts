import { describe, expect, it } from 'vitest';
import { ChildDocumentReader } from './child-document-reader.ts';

const reader = new ChildDocumentReader();

async function outline(text: string) {
  return (await reader.outlines([{ id: 'x', path: 'a.md', text }])).get('x');
}

describe('ChildDocumentReader', () => {
  it("names headings by GitHub's rules", async () => {
    const text = [
      '# Hello, World!',
      '## `npm run build` & more',
      '## Hello, world',
      '## Ünïcode 日本語 _x_',
      'Set\n===',
      '## foo-1',
      '## foo',
      '## foo',
      '## [Link](x.md) ![p](p.png)',
      '<h2 id="own">In <b>HTML</b></h2>',
      '> ### In a quote',
    ].join('\n\n');
    expect((await outline(text))?.anchors).toEqual([
      'hello-world',
      'npm-run-build--more',
      'hello-world-1',
      'ünïcode-日本語-x',
      'set',
      'foo-1',
      'foo',
      'foo-2',
      'link-',
      'in-html',
      'own',
      'in-a-quote',
    ]);
  });

  it('finds links of each kind, with their lines', async () => {
    const text = [
      '---\ntitle: x\n---',
      '[a](b.md#c "t") and ![i](i.png)',
      '[ref][r], <https://x.test/>',
      '[r]: ../r.md',
      '<a href="h.md">https://shown.test</a> <img src=p.png>',
      '`[no](link.md)`',
    ].join('\n\n');
    expect((await outline(text))?.links).toEqual([
      { url: 'b.md#c', text: 'a', line: 5, image: false },
      { url: 'i.png', text: '', line: 5, image: true },
      { url: '../r.md', text: 'ref', line: 7, image: false },
      { url: 'https://x.test/', text: 'https://x.test/', line: 7, image: false },
      { url: '../r.md', text: '', line: 9, image: false },
      { url: 'h.md', text: 'https://shown.test', line: 11, image: false },
      { url: 'https://shown.test', text: 'https://shown.test', line: 11, image: false },
      { url: 'p.png', text: '', line: 11, image: true },
    ]);
  });

  it('finds samples, and what no reader sees', async () => {
    const found = await outline('```JS title=x\nf();\n```\n\n<!-- a\nb -->\n\n[//]: # (hidden)\n');
    expect(found?.blocks).toEqual([{ language: 'js', text: 'f();', line: 1 }]);
    expect(found?.hidden).toEqual([
      { from: 5, to: 6 },
      { from: 8, to: 8 },
    ]);
  });

  it('answers nothing for text that ends or holds up its reader', async () => {
    const hurried = new ChildDocumentReader({ timeoutMs: 1 });
    expect((await hurried.outlines([{ id: 'x', path: 'a.md', text: '# a' }])).size).toBe(0);
    const deep = new ChildDocumentReader({ timeoutMs: 5_000 });
    const answers = await deep.outlines([{ id: 'x', path: 'a.md', text: '> '.repeat(100_000) }]);
    expect([0, 1]).toContain(answers.size);
  });
});
