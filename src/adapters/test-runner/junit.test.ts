import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJunit } from './junit.ts';

const doc = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vitest tests" tests="4" failures="1">
  <testsuite name="a.test.ts" tests="4">
    <testcase classname="a.test.ts" name="adds &amp; carries" time="0.1"/>
    <testcase classname="a.test.ts" name="fails"><failure message="no"><![CDATA[<testcase name="inner"/>]]></failure></testcase>
    <testcase classname="a.test.ts" name="skips"><skipped/></testcase>
    <testcase name="breaks"><error/><system-out>ok</system-out></testcase>
  </testsuite>
</testsuites>`;

describe('parseJunit', () => {
  it('reads what passed, failed and was skipped', () => {
    expect(parseJunit(`> x@1.0.0 test\n${doc}\nDone.`)).toEqual({
      tests: [
        { name: 'a.test.ts > adds & carries', state: 'ok' },
        { name: 'a.test.ts > fails', state: 'not-ok' },
        { name: 'a.test.ts > skips', state: 'skip' },
        { name: 'breaks', state: 'not-ok' },
      ],
      counts: { ok: 1, 'not-ok': 2, skip: 1, todo: 0 },
      complete: true,
      format: 'junit',
      documents: 1,
    });
  });

  it('reads a lone suite, and adds up several documents', () => {
    const lone = '<testsuite tests="1"><testcase name="a"/></testsuite>';
    expect(parseJunit(lone)).toMatchObject({ counts: { ok: 1 }, complete: true });
    expect(parseJunit(`${doc}\n${doc}`)).toMatchObject({ counts: { ok: 2 }, documents: 2 });
    expect(parseJunit('ok 1 - a')).toBeUndefined();
  });

  it.each([
    ['is cut short', doc.slice(0, -30)],
    ['promises more than there is', doc.replace('tests="4"', 'tests="5"')],
    ['has an entity of its own', `<testsuites tests="1"><testcase name="&a;"/></testsuites>`],
    ['is no XML', '<testsuites tests="1"><testcase name="a"></testsuites>'],
    [
      'nests without end',
      `<testsuites>${'<testsuite>'.repeat(500)}${'</testsuite>'.repeat(500)}</testsuites>`,
    ],
  ])('is not complete when it %s', (_what, text) => {
    expect(parseJunit(text)?.complete).toBe(false);
  });

  it('counts nothing as passed in what was cut off', () => {
    const whole = parseJunit(doc)?.counts.ok ?? 0;
    fc.assert(
      fc.property(fc.nat(doc.length), (length) => {
        const report = parseJunit(doc.slice(0, length));
        expect(report === undefined || !report.complete || report.counts.ok === whole).toBe(true);
      }),
    );
  });

  it('ends in time for any text', () => {
    const piece = fc.constantFrom(
      '<testsuite',
      ' ',
      '>',
      '</testsuites>',
      '<![CDATA[',
      '&amp;',
      '<!DOCTYPE',
      '"',
      'x',
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 40 }), (parts) => void parseJunit(parts.join(''))));
    for (const text of ['<testsuites>', '<testsuite ', '<![CDATA[', '&'])
      parseJunit(text.repeat(100_000).slice(0, 1e6));
  });
});
