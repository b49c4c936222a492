import { describe, expect, it } from 'vitest';
import { ownFunctions, readProfile } from './profile.ts';

type Frame = readonly [name: string, url: string, line: number, children?: readonly number[]];

function profile(frames: readonly Frame[], samples: readonly number[], deltas: readonly number[]): string {
  const nodes = frames.map(([functionName, url, lineNumber, children = []], at) => ({
    id: at + 1,
    callFrame: { functionName, url, lineNumber, columnNumber: 0, scriptId: '1' },
    children,
  }));
  return JSON.stringify({ nodes, samples, timeDeltas: deltas });
}

describe('a CPU profile', () => {
  it('tells how long functions took themselves, with what the engine did for them', () => {
    const text = profile(
      [
        ['(root)', '', -1, [2, 3, 5]],
        ['(idle)', '', -1],
        ['hot', 'file:///srv/app/src/a.js', 3, [4]],
        ['RegExp: a+', '', -1],
        ['cold', 'file:///srv/app/src/b.js', 1],
      ],
      [2, 3, 4, 5, 1],
      [0, 900, 30, 50, 20],
    );
    expect(readProfile(text)).toEqual([
      { name: 'hot', url: 'file:///srv/app/src/a.js', line: 3, column: 0, share: 0.8 },
      { name: 'cold', url: 'file:///srv/app/src/b.js', line: 1, column: 0, share: 0.2 },
    ]);
  });

  it('ends where nodes stand in a ring', () => {
    const text = profile(
      [
        ['a', '', 0, [2]],
        ['b', '', 0, [1]],
      ],
      [1, 2, 1],
      [0, 1, 1],
    );
    expect(readProfile(text)).toEqual([]);
  });

  it.each(['', '[]', '{"nodes":[]}', '{"nodes":[1],"samples":[],"timeDeltas":[]}', '{"nodes":{}}'])(
    'is refused with what was expected: %s',
    (text) => expect(() => readProfile(text)).toThrow(/^expected /),
  );
});

describe("the project's own functions", () => {
  const at = (url: string, share = 0.1) => ({ name: 'f', url, line: 0, column: 0, share });

  it('are those below the one place where the project stood', () => {
    const found = ownFunctions(
      [
        at('file:///srv/my%20app/src/index.js', 0.5),
        at('/srv/my app/index.js'),
        at('file:///other/index.js', 0.3),
      ],
      ['index.js', 'src/index.js'],
    );
    expect(found.map(({ path, share }) => [path, share])).toEqual([
      ['src/index.js', 0.5],
      ['index.js', 0.1],
    ]);
  });

  it('are none of packages, of the engine, or of nowhere', () => {
    const urls = ['file:///a/node_modules/x/index.js', 'node:fs', '', 'https://a/index.js', 'file:///%'];
    expect(
      ownFunctions(
        urls.map((url) => at(url)),
        ['index.js'],
      ),
    ).toEqual([]);
  });
});
