import { describe, expect, it } from 'vitest';
import { parseLockfile } from '../../../domain/lockfile.ts';
import { sampleEntry, sampleProject } from '../../../testing/npm-samples.ts';
import { waysTo } from './ways.ts';

const entry = (name: string, ...needs: readonly string[]) =>
  sampleEntry(name, '1.0.0', { dependencies: Object.fromEntries(needs.map((need) => [need, '^1.0.0'])) });

describe('waysTo', () => {
  it('finds the shortest way, also round in circles', () => {
    const files = sampleProject(
      { dependencies: { a: '^1.0.0' }, devDependencies: { d: '^1.0.0' } },
      {
        'node_modules/a': entry('a', 'b', 'a'),
        'node_modules/b': entry('b', 'c', 'a'),
        'node_modules/b/node_modules/c': sampleEntry('c', '2.0.0', { dependencies: { e: '^1.0.0' } }),
        'node_modules/c': entry('c'),
        'node_modules/d': entry('d', 'c'),
        'node_modules/e': entry('e', 'b'),
        'node_modules/orphan': entry('orphan'),
      },
    );
    const ways = waysTo(parseLockfile(files['package-lock.json']));
    expect(Object.fromEntries([...ways].map(([key, way]) => [key, way.join(' > ')]))).toEqual({
      'a@1.0.0': 'a',
      'b@1.0.0': 'a > b',
      'c@2.0.0': 'a > b > c',
      'd@1.0.0': 'd',
      'c@1.0.0': 'd > c',
      'e@1.0.0': 'a > b > c > e',
    });
  });
});
