import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWiringBench, type WiringBench } from '../../src/testing/wiring-bench.ts';
import { mergeAnchors } from '../../src/wiring/journal/merge-anchors.ts';

let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
});
afterEach(() => bench.close());

const root = 'ab'.repeat(32);
const tip = () => bench.host.git(['rev-parse', 'main']);
const tree = () => bench.host.git(['rev-parse', 'main^{tree}']);
const advance = (to: string, branch = 'main') => bench.host.git(['update-ref', `refs/heads/${branch}`, to]);

/** What the lander lands, with this said of the log. */
const landed = (log: string) =>
  bench.git.makeCommit({
    tree: tree(),
    parents: [tip()],
    message: 'Update ejs',
    trailers: [['Autoland-Log', log]],
    at: new Date(0),
  });

const push = (message: string) =>
  advance(bench.host.git(['commit-tree', tree(), '-p', tip(), '-F', '-'], { input: message }));
const anchors = async () => {
  const found = await mergeAnchors(bench.host.dir, await bench.keyRing.publicKey('lander'));
  return found.map(({ source, size }) => [source, size]);
};

it('takes its word on the log from merges that the lander signed, and from nobody who can push', async () => {
  const ours = await landed(`12 ${root}`);
  advance(ours);
  push(`A merge like yours\n\nAutoland-Log: 999999 ${root}`);
  push(`Large\n\n${'x'.repeat(3 * 1024 * 1024)}\n\nAutoland-Log: 5 ${root}`);
  const stolen = bench.host.git(['cat-file', 'commit', ours]).replace(`12 ${root}`, `99 ${root}`);
  const parent = /^parent .*$/m;
  const input = `${stolen.replace(parent, `parent ${tip()}`)}\n`;
  advance(bench.host.git(['hash-object', '-t', 'commit', '-w', '--stdin'], { input }));
  expect(bench.host.git(['log', '--format=%s', 'main'])).toContain('A merge like yours');
  expect(await anchors()).toEqual([[`merge ${ours.slice(0, 10)}`, 12]]);
});

it.each(['NaN', `1e3 ${root}`, `-1 ${root}`, `7 ${root.slice(1)}`, `7 ${root} more`])(
  'takes the trailer %s for none',
  async (log) => {
    advance(await landed(log));
    expect(await anchors()).toEqual([]);
  },
);

it('looks at the protected branch, whatever HEAD is', async () => {
  const other = await landed(`3 ${root}`);
  advance(other, 'other');
  bench.host.git(['symbolic-ref', 'HEAD', 'refs/heads/other']);
  expect(await anchors()).toEqual([]);
});
