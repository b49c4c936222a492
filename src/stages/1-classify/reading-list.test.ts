import { describe, expect, it } from 'vitest';
import { sampleFile } from '../../testing/changes.ts';
import {
  changedDocumentsIn,
  isComparable,
  manifestPaths,
  possibleReaders,
  sourcesToCompare,
} from './reading-list.ts';

const listed = (path: string, size = 10) => ({ path, kind: 'file', size });

describe('what classify reads', () => {
  it('is the changed manifests', () => {
    const files = ['package.json', 'a/package.json', 'apackage.json', 'package.json.md'].map((path) =>
      sampleFile(path),
    );
    expect(manifestPaths(files)).toEqual(['package.json', 'a/package.json']);
  });

  it('is the edited sources, and no more than it can compare', () => {
    const files = [
      sampleFile('a.js'),
      sampleFile('b.js', { status: 'added' }),
      sampleFile('c.js', { kind: 'symlink' }),
    ];
    expect(sourcesToCompare(files)).toEqual({ kind: 'read', paths: ['a.js'] });
    const many = Array.from({ length: 301 }, (_, at) => sampleFile(`${at}.js`));
    expect(sourcesToCompare(many)).toMatchObject({ kind: 'too-much', why: expect.stringContaining('301') });
    expect(isComparable(Buffer.alloc(10), Buffer.alloc(1_000_001))).toBe(false);
  });

  it('is every text that may name a document', () => {
    const tree = [
      'src/a.js',
      'README.md',
      'package-lock.json',
      'logo.png',
      'LICENSE',
      'bin/run',
      '.autoland/policy.cedar',
    ].map((path) => listed(path));
    const submodule = { path: 'vendored', kind: 'submodule', size: 0 };
    expect(possibleReaders([...tree, submodule])).toEqual({ kind: 'read', paths: ['src/a.js', 'bin/run'] });
  });

  it('is too much when a source is huge or there are too many texts', () => {
    expect(possibleReaders([listed('src/a.js', 3_000_000)])).toMatchObject({
      kind: 'too-much',
      why: expect.stringContaining('src/a.js'),
    });
    expect(possibleReaders(Array.from({ length: 5001 }, (_, at) => listed(`${at}.js`))).kind).toBe(
      'too-much',
    );
  });

  it('finds a document that moved under both its names', () => {
    const moved = sampleFile('docs/new.md', { status: 'renamed', oldPath: 'docs/old.md' });
    expect(changedDocumentsIn("read('docs/old.md')", [moved])).toEqual(['docs/old.md']);
    expect(changedDocumentsIn("read('new.md')", [moved])).toEqual(['docs/new.md']);
  });
});
