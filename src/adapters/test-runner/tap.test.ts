import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSummary } from './summary.ts';
import { parseTap } from './tap.ts';

const doc = (...lines: string[]) => ['TAP version 13', ...lines].join('\n');

describe('parseTap', () => {
  it('reads nested subtests as node:test writes them', () => {
    const report = parseTap(
      doc(
        '# Subtest: a',
        'ok 1 - a',
        '  ---',
        "  error: 'not ok 9 - no'",
        '  ...',
        '# Subtest: s',
        '    # Subtest: b',
        '    ok 1 - b',
        '      ---',
        '      duration_ms: 1',
        '      ...',
        '    ok 2 - c # SKIP not here',
        '    not ok 3 - d # TODO',
        '    ok 4 - x \\# SKIP haha',
        '    1..4',
        'ok 2 - s',
        '1..2',
        '# tests 6',
      ),
    );
    expect(report).toEqual({
      complete: true,
      format: 'tap',
      documents: 1,
      counts: { ok: 3, 'not-ok': 0, skip: 1, todo: 1 },
      tests: [
        { name: 'a', state: 'ok' },
        { name: 's > b', state: 'ok' },
        { name: 's > c', state: 'skip' },
        { name: 's > d', state: 'todo' },
        { name: 's > x \\# SKIP haha', state: 'ok' },
      ],
    });
  });

  it('adds up the documents of several runs, between the output of other programs', () => {
    const report = parseTap(
      `> sample@1.0.0 test\n\nok 7 - not yet\n${doc('ok 1 - a', '1..1')}\n> next\n${doc('1..1', 'ok 1 - b')}\n`,
    );
    expect(report).toMatchObject({ complete: true, counts: { ok: 2 }, documents: 2 });
  });

  it.each([
    ['no plan', doc('ok 1 - a')],
    ['fewer points than planned', doc('1..3', 'ok 1 - a')],
    ['more points than planned', doc('1..1', 'ok 1 - a', 'ok 2 - b')],
    ['two plans', doc('1..1', 'ok 1 - a', '1..1')],
    ['points out of order', doc('ok 2 - a', 'ok 1 - b', '1..2')],
    ['a bail out', doc('ok 1 - a', 'Bail out! no', '1..1')],
    ['subtests without their point', doc('    ok 1 - a', '    1..1', '1..0')],
    ['a subtest plan that is not kept', doc('    ok 1 - a', '    1..2', 'ok 1 - s', '1..1')],
    ['a diagnostic block that never ends', doc('ok 1 - a', '  ---', '1..1')],
  ])('is incomplete with %s', (_what, output) => {
    expect(parseTap(output)).toMatchObject({ complete: false });
  });

  it('takes a file without tests with the number of the file, and a name with a line separator', () => {
    const output = doc('ok 1 - a\u2028b', 'ok 9 - test/util.js', 'ok 3 - c', '1..3');
    expect(parseTap(output)).toMatchObject({ complete: true, counts: { ok: 3 } });
    expect(parseTap(doc('ok 1 - a', 'ok 9 - test/util.js', 'ok 3 - c', '1..4'))?.complete).toBe(false);
  });

  it('counts a group that fails by itself', () => {
    expect(parseTap(doc('    ok 1 - a', '    1..1', 'not ok 1 - s', '1..1'))?.counts).toMatchObject({
      'not-ok': 1,
    });
  });

  it('takes no time of node-tap for a part of the name', () => {
    const [test] = parseTap(doc('ok 1 - one # time=8.22ms', '1..1'))?.tests ?? [];
    expect(test?.name).toBe('one');
  });

  it('finds none where there is none', () => {
    expect(parseTap('ok 1 - a\n1..1\n')).toBeUndefined();
  });

  it('counts what was written, for any nesting', () => {
    type Node = { name: string; state: 'ok' | 'not ok'; children: Node[] };
    const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
      tree: fc.record({
        name: fc.stringMatching(/^[a-z]{1,6}$/),
        state: fc.constantFrom<Node['state'][]>('ok', 'not ok'),
        children: fc.oneof({ maxDepth: 3 }, fc.constant<Node[]>([]), fc.array(tie('tree'), { maxLength: 3 })),
      }),
    }));
    const write = (nodes: Node[], pad: string): string[] => [
      ...nodes.flatMap((node, at) => [
        ...(node.children.length === 0 ? [] : write(node.children, `${pad}    `)),
        `${pad}${leafState(node)} ${at + 1} - ${node.name}`,
      ]),
      `${pad}1..${nodes.length}`,
    ];
    const leafState = (node: Node): string =>
      node.children.length === 0
        ? node.state
        : leaves([node]).some((each) => each.state === 'not ok')
          ? 'not ok'
          : 'ok';
    const leaves = (nodes: Node[]): Node[] =>
      nodes.flatMap((node) => (node.children.length === 0 ? [node] : leaves(node.children)));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (nodes) => {
        const report = parseTap(doc(...write(nodes, '')));
        const failed = leaves(nodes).filter((node) => node.state === 'not ok').length;
        expect(report).toMatchObject({
          complete: true,
          counts: { ok: leaves(nodes).length - failed, 'not-ok': failed },
        });
      }),
    );
  });
});

describe('parseSummary', () => {
  it.each([
    [
      'vitest',
      '      Tests  1 failed | 5 passed | 2 skipped (8)\n',
      { ok: 5, 'not-ok': 1, skip: 2, todo: 0 },
    ],
    [
      'vitest in colour',
      '\u001b[2m      Tests \u001b[22m \u001b[32m5 passed\u001b[39m (5)\n',
      { ok: 5, 'not-ok': 0, skip: 0, todo: 0 },
    ],
    [
      'jest',
      'Tests:       1 failed, 2 skipped, 3 todo, 4 passed, 10 total\n',
      { ok: 4, 'not-ok': 1, skip: 2, todo: 3 },
    ],
    [
      'ava',
      '  ─\n\n  2 tests passed\n  1 test skipped\n  1 test todo\n',
      { ok: 2, 'not-ok': 0, skip: 1, todo: 1 },
    ],
    ['mocha', '\n  12 passing (34ms)\n  1 pending\n  2 failing\n', { ok: 12, 'not-ok': 2, skip: 1, todo: 0 }],
  ])('reads %s', (_name, output, counts) => {
    const rest = { tests: undefined, complete: true, format: 'summary', documents: 1 };
    expect(parseSummary(output)).toEqual({ counts, ...rest });
  });

  it('reads none from other words', () => {
    expect(parseSummary('All good!\nTests are fun\n')).toBeUndefined();
  });
});
