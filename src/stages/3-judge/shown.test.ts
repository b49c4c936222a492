import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../domain/change.ts';
import type { FilePair, Hunks } from '../../domain/file-diff.ts';
import { shownLine } from '../../testing/judge-samples.ts';
import { showChange } from './run-shown.ts';

const hunks: Hunks = [[shownLine('added', 1, 'x')]];

function file(path: string, changed: Partial<FileChange> = {}): FileChange {
  return {
    path,
    status: 'modified',
    kind: 'file',
    added: 1,
    removed: 0,
    binary: false,
    size: 10,
    ...changed,
  };
}

const seen: FilePair[] = [];
const ports = {
  git: { readFile: async (side: string, path: string) => contents.get(`${side} ${path}`) },
  diffs: {
    read: async (pairs: readonly FilePair[]) => {
      seen.push(...pairs);
      const known = pairs.filter(({ path }) => !path.startsWith('lost'));
      return new Map(known.map(({ path }) => [path, { kind: 'read', code: hunks, whole: hunks } as const]));
    },
  },
};
const contents = new Map(
  Object.entries({
    'base a.js': 'old',
    'tree a.js': 'new',
    'base old.js': 'old',
    'tree new.js': 'new',
    'base lost.js': '',
    'tree lost.js': '',
    'tree big.js': 'x'.repeat(5 * 1024 * 1024),
  }).map(([path, text]) => [path, Buffer.from(text)]),
);

function show(files: readonly FileChange[], most = 1000) {
  return showChange(ports, { base: 'base', tree: 'tree', files }, most);
}

describe('what is shown', () => {
  it('is read from both trees', async () => {
    const renamed = file('new.js', { status: 'renamed', oldPath: 'old.js', kind: 'executable' });
    const gone = file('old.js', { status: 'deleted' });
    expect(await show([file('a.js'), renamed, gone])).toMatchObject({
      kind: 'shown',
      code: [
        { path: 'a.js', status: 'modified', hunks },
        { path: 'new.js', oldPath: 'old.js', status: 'renamed executable' },
        { path: 'old.js', status: 'deleted' },
      ],
    });
    expect(seen).toEqual([
      { path: 'a.js', oldPath: 'a.js', base: 'old', head: 'new' },
      { path: 'new.js', oldPath: 'old.js', base: 'old', head: 'new' },
      { path: 'old.js', oldPath: 'old.js', base: 'old', head: null },
    ]);
  });

  it.each<[string, readonly FileChange[], string]>([
    ['binary', [file('a.js', { binary: true })], 'it is binary'],
    ['a link', [file('a.js', { kind: 'symlink' })], 'it is a symlink'],
    ['a submodule', [file('a.js', { kind: 'submodule' })], 'it is a submodule'],
    ['of another kind', [file('a.js', { status: 'type-changed' })], 'another kind'],
    ['not there', [file('none.js')], 'it cannot be read'],
    ['too large', [file('big.js', { status: 'added' })], 'it is too large'],
    ['not understood', [file('a.js'), file('lost.js')], 'lost.js cannot be shown'],
    ['nothing', [], 'no file'],
    ['one of too many', Array.from({ length: 301 }, () => file('a.js')), 'too many files'],
  ])('is nothing where part of it is %s', async (_what, files, reason) => {
    const showing = await show(files);
    expect(showing.kind).toBe('hidden');
    expect(showing.kind === 'hidden' ? showing.reasons.join() : '').toContain(reason);
  });

  it('is nothing where it is too large for one request', async () => {
    expect(await show([file('a.js')], 8)).toEqual({
      kind: 'hidden',
      reasons: ['It is too large for a judge: 9 characters, over 8 (judge.maxKiB).'],
    });
  });
});
