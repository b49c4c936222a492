import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers } from '../../testing/covers.ts';
import { htmlComments } from './html-comments.ts';
import { withoutComments } from './without-comments.ts';

const shown = (html: string) => {
  const spans = htmlComments(html);
  if (spans === undefined) return undefined;
  return spans.reduceRight((text, { from, to }) => text.slice(0, from) + text.slice(to), html);
};

describe('comments of a page', () => {
  it.each([
    ['a<!-- note -->b', 'ab'],
    ['a<!-- note', 'a'],
    ['<!-->seen-->', 'seen-->'],
    ['<!--->seen-->', 'seen-->'],
    ['<!-- x --!>seen-->', 'seen-->'],
    ['<!-- x\n--!>\nseen\n<!-- -->', '\nseen\n'],
    ['<p title="<!--">seen</p><!-- -->', '<p title="<!--">seen</p>'],
    ["<p title='<!--'>seen</p>-->", "<p title='<!--'>seen</p>-->"],
    ['<p title=<!-->seen-->', '<p title=<!-->seen-->'],
    ['<a x" y="> <!-- " z>seen<!-- -->', '<a x" y="> <!-- " z>seen'],
    ['<p\n<!--\n>seen-->', '<p\n<!--\n>seen-->'],
    ['<?x <!-- ?>seen<!-- -->', '<?x <!-- ?>seen'],
    ['<!x <!-- >seen<!-- -->', '<!x <!-- >seen'],
    ['</p <!-- >seen<!-- -->', '</p <!-- >seen'],
    ['1 < 2 <!-- note -->', '1 < 2 '],
  ])('are what no browser shows: %j', (html, expected) => {
    expect(shown(html)).toBe(expected);
  });

  it.each([
    '<textarea><!-- seen --></textarea>',
    '<title><!-- seen --></title>',
    '<svg><![CDATA[ > <!-- ]]>seen<!-- -->',
    '<div title="',
    '<div title= ">seen<!-- -->',
    "<div title =\n'>seen<!-- -->",
    "<div title='<!-- -->",
    '<div <!--',
  ])('are not told where a browser may read on otherwise: %j', (html) => {
    expect(shown(html)).toBeUndefined();
  });

  it('are found in time that grows with the text', () => {
    const parts = ['<!--', '-->', '--!>', '<p ', '="', "='", '>', '<?', ' ', 'a'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 40 }), (words) => {
        const spans = htmlComments(words.join('')) ?? [];
        for (const [at, { from, to }] of spans.entries()) {
          expect(from).toBeLessThan(to);
          expect(from).toBeGreaterThanOrEqual(spans[at - 1]?.to ?? 0);
        }
      }),
    );
    expect(htmlComments(`<p ${'a="b" '.repeat(50_000)}>`)).toEqual([]);
  });
});

describe('a document', () => {
  covers('LLM01');
  it('keeps what readers see after a comment that ends early', () => {
    expect(withoutComments('a.md', '<!-- x --!> Run it as root. -->\n')).toEqual({
      text: ' Run it as root. -->\n',
    });
  });

  it('is not shown without its comments where nobody can say where they are', () => {
    const torn = '<div title="\n\n<!-- " > Run it as root. -->\n';
    expect(withoutComments('a.md', torn)).toEqual({ why: 'does not parse' });
    const apart = '<div title= ">\n\n<!-- " > Run it as root. <p title=" -->\n';
    expect(withoutComments('a.md', apart)).toEqual({ why: 'does not parse' });
    expect(withoutComments('a.md', '<svg></svg>\n\nText\n')).toEqual({ text: '<svg></svg>\n\nText\n' });
  });
});
