import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitReport } from './report-files.ts';

let root: string;
let tree: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'autoland-reports-'));
  tree = join(root, 'tree');
  write({ 'src/a.js': '1' });
  writeFileSync(join(root, 'outside.xml'), suite('outside'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const suite = (...names: string[]) =>
  `<?xml version="1.0"?><testsuites>${names.map((name) => `<testcase name="${name}"/>`).join('')}</testsuites>`;

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
}

/** The names that a run counts which writes `files`. */
async function read(pattern: string, files: Readonly<Record<string, string>> | (() => void)) {
  const reader = await awaitReport(tree, pattern);
  if (typeof files === 'function') files();
  else write(files);
  const found = await reader();
  return found.report?.tests?.map(({ name }) => name) ?? ('unread' in found ? found.unread : undefined);
}

describe('awaitReport', () => {
  it('adds up all files that fit', async () => {
    const reader = await awaitReport(tree, 'packages/*/out/*.xml');
    const failing = '<testsuite><testcase name="c"><failure/></testcase></testsuite>';
    write({
      'packages/README.xml': 'no folder',
      'packages/a/out/1.xml': suite('a'),
      'packages/a/out/2.xml': suite('b', 'b'),
      'packages/a/out/3.txt': 'no report',
      'packages/b/out/1.xml': failing,
      'packages/c/index.js': '1',
    });
    expect(await reader()).toMatchObject({
      report: { counts: { ok: 3, 'not-ok': 1 }, complete: true, format: 'junit', documents: 3 },
    });
  });

  it('counts nothing that was there before', async () => {
    write({ 'out/a.xml': suite('committed'), 'out/b.xml': suite('committed too') });
    symlinkSync('../../outside.xml', join(tree, 'out/c.xml'));
    expect(await read('out/*.xml', { 'out/a.xml': suite('now') })).toEqual(['now']);
    expect(await read('out/*.xml', {})).toContain('did not');
    expect(readFileSync(join(root, 'outside.xml'), 'utf8')).toBe(suite('outside'));
  });

  it('is not confused by a report that is quoted in a report', async () => {
    const quoted = `<testsuites><testcase name="a"><system-out><![CDATA[${suite('inner')}]]></system-out></testcase></testsuites>`;
    expect(await read('a.xml', { 'a.xml': quoted })).toEqual(['a']);
  });

  it('calls one that is cut short incomplete', async () => {
    const reader = await awaitReport(tree, 'a.xml');
    write({ 'a.xml': suite('a', 'b').slice(0, -5) });
    expect(await reader()).toMatchObject({ report: { complete: false } });
  });

  it.each<[string, string, () => void, RegExp]>([
    ['nothing', 'a.xml', () => {}, /did not/],
    ['no JUnit', 'a.xml', () => write({ 'a.xml': '<html/>' }), /something else/],
    ['nothing in it', 'a.xml', () => write({ 'a.xml': '' }), /something else/],
    [
      'a good one and a bad one',
      '*.xml',
      () => write({ 'a.xml': suite('a'), 'b.xml': '-' }),
      /something else/,
    ],
    ['a link', 'a.xml', () => symlinkSync('../outside.xml', join(tree, 'a.xml')), /a link/],
    ['one behind a link', 'out/outside.xml', () => symlinkSync('..', join(tree, 'out')), /a link/],
    ['some behind a link', 'out/*.xml', () => symlinkSync('..', join(tree, 'out')), /a link/],
    ['a folder', 'a.xml', () => mkdirSync(join(tree, 'a.xml')), /not a regular file/],
    ['too much', 'a.xml', () => write({ 'a.xml': suite('a').padEnd(17 * 1024 * 1024) }), /larger than/],
    [
      'too many',
      'out/*.xml',
      () => write(Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`out/${at}.xml`, '']))),
      /at most 500/,
    ],
    [
      'too many tests',
      '*.xml',
      () => {
        const many = `<testsuite>${'<testcase/>'.repeat(150_000)}</testsuite>`;
        write({ 'a.xml': many, 'b.xml': many });
      },
      /at most 200000 tests/,
    ],
  ])('has no counts when a run writes %s', async (_what, pattern, files, says) => {
    expect(await read(pattern, files)).toMatch(says);
  });

  it('has no counts where it could not clear away', async () => {
    mkdirSync(join(root, 'far'));
    writeFileSync(join(root, 'far/a.xml'), 'precious');
    symlinkSync('../far', join(tree, 'out'));
    mkdirSync(join(tree, 'b.xml'));
    const replace = () => {
      rmSync(join(tree, 'out'));
      write({ 'out/a.xml': suite('a') });
    };
    expect(await read('out/a.xml', replace)).toMatch(/a link/);
    expect(await read('b.xml', () => rmSync(join(tree, 'b.xml'), { recursive: true }))).toMatch(/removed/);
    expect(existsSync(join(root, 'far/a.xml'))).toBe(true);
  });
});
