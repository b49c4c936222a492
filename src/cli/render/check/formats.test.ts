import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../config/config.ts';
import { sampleClassification } from '../../../testing/changes.ts';
import { type CheckReport, reportOf, stoppedReport } from '../../../views/check-report.ts';
import { formats, isFormat, renderAs } from './formats.ts';

const look = { columns: 80, coloured: false };
const evil = '</td>]]><script>alert(1)</script> @team #1 [x](http://a.b) | `q` \u001b[2J "&\n# h';
const ends = {
  base: 'a'.repeat(40),
  head: 'b'.repeat(40),
  at: '2026-01-02T03:04:05.000Z',
  notes: [],
  ms: 1500,
};
const finding = { code: 'x.y', reason: 'It is so.', evidence: {}, ms: 10, paths: [], waived: false };
const report: CheckReport = {
  ...ends,
  verdict: 'fail',
  tree: 'c'.repeat(40),
  class: 'lint',
  guardrails: [
    { ...finding, name: 'scope', verdict: 'pass' },
    { ...finding, name: 'lockfile', verdict: 'abstain', reason: `Nobody knows ${evil}` },
    {
      ...finding,
      name: 'tests',
      verdict: 'fail',
      reason: evil,
      evidence: { output: `one\ntwo ${evil}`, base: { ok: 3 } },
      paths: ['a dir/ü?.js'],
    },
  ],
};

describe('every format', () => {
  it.each(formats)('%s obeys nothing of the repository', (format) => {
    const text = renderAs(format, report, look);
    expect(text).not.toContain('\u001b');
    if (format === 'html' || format === 'markdown' || format === 'junit')
      expect(text).not.toContain('<script');
    expect(text).toMatch(/\n$/);
  });

  it('is known by its own name only', () => {
    expect([isFormat('html'), isFormat('constructor')]).toEqual([true, false]);
  });
});

describe('text', () => {
  it.each([60, 80])('says the verdict first and keeps to %i columns', (columns) => {
    const lines = renderAs('text', report, { columns, coloured: false }).split('\n');
    expect(lines[0]).toMatch(/^fail: aaaaaaaaaa\.\.bbbbbbbbbb, class lint/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
    expect(lines.join('\n')).toMatch(/base\.ok +3/);
  });
});

describe('flakes', () => {
  const flaky = 'totals > `rounds` <b> half a cent to the even cent \u001b[2J, as people expect';
  const evidence = { headFlakes: [flaky, 'known'], quarantinedFlakes: ['known'] };
  const told = reportOf(
    ends,
    sampleClassification({ base: ends.base, tree: 'c'.repeat(40) }),
    { verdict: 'pass', results: [{ ...finding, name: 'tests', verdict: 'pass', evidence }] },
    new Set(),
  );

  it('come with what to paste, also where the tests pass', () => {
    const lines = renderAs('text', told, { ...look, columns: 60 }).split('\n');
    const yaml = lines.slice(lines.indexOf('  tests:'), -1).map((line) => line.slice(2));
    const { tests } = parseConfig(`version: 1\n${yaml.join('\n')}\n`, 'pasted');
    expect(tests.quarantine).toEqual([{ test: flaky, until: '2026-02-01T00:00:00.000Z' }]);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60);
  });

  it.each(formats)('obey nothing in %s', (format) => {
    const text = renderAs(format, told, look);
    expect(text).not.toContain('\u001b');
    if (format === 'html' || format === 'markdown')
      expect(text).toMatch(/<pre>tests.*(<br>|\n) {2}quarantine/);
    if (format === 'html' || format === 'markdown') expect(text).not.toContain('<b>');
  });
});

describe('markdown', () => {
  it('makes no markup, mention, reference or link of what the repository says', () => {
    const text = renderAs('markdown', report, look);
    expect(text).not.toMatch(/@|(?<!&)#\d|\]\(|http:|\n# h|`/);
    for (const row of text.split('\n').filter((line) => line.startsWith('| ')))
      expect(row.match(/\|/g)).toHaveLength(4);
  });
});

describe('junit', () => {
  it('takes what was not checked for an error', () => {
    const text = renderAs('junit', report, look);
    expect(text).toContain('tests="3" failures="1" errors="1" skipped="0" time="1.5"');
    expect(text.match(/<failure /g)).toHaveLength(1);
    expect(text.match(/<error /g)).toHaveLength(1);
  });
});

describe('sarif', () => {
  it('has a rule for each guardrail, and a result with a place for each that did not pass', () => {
    const { version, runs } = JSON.parse(renderAs('sarif', report, look));
    expect(version).toBe('2.1.0');
    expect(runs[0].tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([
      'scope',
      'lockfile',
      'tests',
    ]);
    expect(runs[0].results.map(({ level }: { level: string }) => level)).toEqual(['warning', 'error']);
    expect(runs[0].results[1].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'a%20dir/%C3%BC%3F.js',
    );
  });
});

describe('in-toto', () => {
  it('has a statement for each guardrail and one of what holds, about the tree that was checked', () => {
    const statements = renderAs('in-toto', report, look)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(statements.map(({ predicate }) => predicate.result)).toEqual([
      'PASSED',
      'WARNED',
      'FAILED',
      undefined,
    ]);
    expect(statements.at(-1).predicate.properties).toEqual(['AUTOLAND_SCOPE']);
    for (const { subject } of statements) expect(subject[0].digest).toEqual({ gitTree: 'c'.repeat(40) });
  });
});

describe('a report', () => {
  const file = {
    path: 'run.sh',
    status: 'added',
    kind: 'executable',
    added: 1,
    removed: 0,
    binary: false,
    size: 1,
  } as const;
  const classified = {
    class: 'other',
    reasons: [],
    base: '',
    tree: '',
    files: [file],
    packages: [],
    protectedPaths: [],
  } as const;

  it('passes only when every guardrail does, or is waived', () => {
    const results = [{ ...finding, name: 'signatures', verdict: 'not-offered' }] as const;
    const reportWith = (waived: readonly string[]) =>
      reportOf(ends, classified, { verdict: 'pass', results }, new Set(waived));
    expect(reportWith([]).verdict).toBe('abstain');
    expect(reportWith(['signatures'])).toMatchObject({ verdict: 'pass', guardrails: [{ waived: true }] });
    expect(renderAs('junit', reportWith(['signatures']), look)).toContain('errors="0" skipped="1"');
    expect(renderAs('text', reportWith(['signatures']), look)).toContain('1 waived');
  });

  it('lets nothing be waived that was asked and did not pass', () => {
    const results = [{ ...finding, name: 'tests', verdict: 'abstain' }] as const;
    const report = reportOf(ends, classified, { verdict: 'abstain', results }, new Set(['tests']));
    expect(report).toMatchObject({ verdict: 'abstain', guardrails: [{ waived: false }] });
  });

  it('finds the files that evidence names', () => {
    const evidence = { problems: [{ detail: 'run.sh is a new executable.' }] };
    const results = [{ ...finding, name: 'scope', verdict: 'fail', evidence }] as const;
    expect(reportOf(ends, classified, { verdict: 'fail', results }, new Set()).guardrails[0]?.paths).toEqual([
      'run.sh',
    ]);
  });

  it.each([
    ['held', 'classify.conflict', 'abstain'],
    ['refused', 'classify.empty', 'abstain'],
    ['refused', 'lockfile.invalid', 'fail'],
  ] as const)('of a change that is %s for %s says %s', (outcome, code, verdict) => {
    expect(stoppedReport(ends, { outcome, code, reasons: ['Why.'] })).toMatchObject({ verdict, class: null });
  });
});
