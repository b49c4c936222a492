import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openWiringBench, type WiringBench, yaml } from '../../testing/wiring-bench.ts';
import { agentsPort, flagsToServe, servicesToRun } from './served.ts';

let bench: WiringBench;
let said: string;
beforeEach(async () => {
  bench = await openWiringBench();
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await bench.close();
});

const asked = async () => (await servicesToRun(bench.repository.place))[0]?.command?.at(-1);

it.each<[string, string | null]>([
  ['broken', 'version: ['],
  ['gone', null],
])(
  'runs what is stable when the configuration of the tip is %s, and says what it holds up',
  async (_, tip) => {
    const commit = bench.host.git(['rev-parse', 'main']);
    const adopted = { service: 'shop', commit, tree: 't', digest: 'sha256:1' };
    await bench.repository.record('service.stable', 'a', adopted);
    bench.push(tip);
    expect(await asked()).toBe('first.js');
    expect(said).toContain('no change lands until this is mended');
  },
);

it('ends a start with the error of the tip where nothing is stable yet', async () => {
  bench.push('version: [');
  await expect(asked()).rejects.toMatchObject({ code: 'config.invalid' });
  bench.push(null);
  await expect(asked()).rejects.toMatchObject({ code: 'config.missing' });
  bench.push(yaml('second.js'));
  expect(await asked()).toBe('second.js');
});

it('does not take a configuration that cannot be read for one that serves nothing', async () => {
  bench.push('version: [');
  await expect(flagsToServe(bench.repository.place)).rejects.toMatchObject({ code: 'config.invalid' });
  await expect(agentsPort(bench.repository.place)).rejects.toMatchObject({ code: 'config.invalid' });
  bench.push(null);
  expect(await flagsToServe(bench.repository.place)).toBeNull();
  expect(await agentsPort(bench.repository.place)).toBeNull();
});
