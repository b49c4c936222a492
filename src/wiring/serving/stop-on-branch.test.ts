import { existsSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../testing/router-stage.ts';
import { openWiringBench, type WiringBench, yaml } from '../../testing/wiring-bench.ts';
import { heedBranch, journalBranchStop, mustMayResume, stopOnBranch } from './stop-on-branch.ts';

let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
});
afterEach(() => bench.close());

/** A commit on the tip of main that adds these lines for git update-index. */
function pushRows(rows: readonly string[]): void {
  const { host } = bench;
  host.git(['read-tree', 'refs/heads/main']);
  host.git(['update-index', '--index-info'], { input: `${rows.join('\n')}\n` });
  const tip = host.git(['rev-parse', 'refs/heads/main']);
  const commit = host.commit(host.git(['write-tree']), [tip], `button ${rows.length}`);
  host.git(['update-ref', 'refs/heads/main', commit]);
}
const button = (text: string) => `100644 ${bench.host.blob(text)}\t.autoland/STOP`;

describe('the red button on the protected branch', () => {
  it('is found under whatever form, and with its reason', async () => {
    expect(await stopOnBranch(bench.git)).toBeUndefined();
    pushRows([button('payment incident\nmore\n')]);
    expect(await stopOnBranch(bench.git)).toMatchObject({ reason: 'payment incident' });
    const blob = bench.host.blob('x'.repeat(2_000));
    pushRows([`0 ${'0'.repeat(40)}\t.autoland/STOP`, `100644 ${blob}\t.autoland/STOP/file`]);
    expect(await stopOnBranch(bench.git)).toMatchObject({ reason: 'no reason given' });
    pushRows([
      `0 ${'0'.repeat(40)}\t.autoland/STOP/file`,
      `120000 ${bench.host.blob('/dev/null')}\t.autoland/STOP`,
    ]);
    expect(await stopOnBranch(bench.git)).toBeDefined();
  });

  it('is found beside a configuration that is broken', async () => {
    bench.push('version: 1\nbrnch: main\n');
    pushRows([button('')]);
    expect(await stopOnBranch(bench.git)).toMatchObject({ reason: 'no reason given' });
  });

  it('takes no look that its end cuts off for trouble', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { promise: cut, reject } = Promise.withResolvers<string>();
    let looks = 0;
    const resolve = () => {
      looks += 1;
      return looks <= 2 ? Promise.resolve('tip') : cut;
    };
    const git = { resolve, readFile: async () => undefined, list: async () => [] };
    const close = async () => reject(new Error('the repository was closed while it was read'));
    try {
      const heeding = await heedBranch(bench.repository.place, { reader: git, close });
      await eventually(() => looks > 2, 'a look that waits for git');
      await heeding.close();
      await cut.catch(() => {});
      await new Promise((resolve) => setImmediate(resolve));
      expect(said.mock.calls).toEqual([]);
    } finally {
      said.mockRestore();
    }
  });

  it('stops everything, once for the journal, until it is off the branch and a person resumes', async () => {
    const { place } = bench.repository;
    const heeding = await heedBranch(place);
    try {
      expect(existsSync(place.files.stop)).toBe(false);
      pushRows([button('payment incident')]);
      await eventually(() => existsSync(place.files.stop), 'the stop');
      const stopped = await bench.repository.controls.stopped();
      expect(stopped).toMatchObject({ by: expect.stringMatching(/^branch:[0-9a-f]{10}$/) });
      expect(stopped?.reason).toBe('.autoland/STOP: payment incident');
      await journalBranchStop(bench.repository);
      await journalBranchStop(bench.repository);
      expect(await bench.repository.store.read({ types: ['control.stopped'] })).toHaveLength(1);
      await expect(mustMayResume(place)).rejects.toMatchObject({ code: 'stop.on-branch' });
      rmSync(place.files.stop);
      await eventually(() => existsSync(place.files.stop), 'the stop again');
      bench.push(yaml('second.js'));
      await mustMayResume(place);
      expect(existsSync(place.files.stop)).toBe(true);
    } finally {
      await heeding.close();
    }
  });
});
