import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { givenDocument, openWiringBench, panelYaml, type WiringBench } from '../../testing/judged-change.ts';
import { MemoryModel, MemoryModels } from '../../testing/memory-model.ts';
import { measureNow } from './judge-now.ts';

let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
});
afterEach(() => bench.close());

const models = new MemoryModels([new MemoryModel('one', 'claude'), new MemoryModel('two', 'gpt')]);
const wish = { count: 3, class: undefined, models, onCanary: () => {} };

describe('judge measure', () => {
  it('asks about so many, and shows what the judge is worth now', async () => {
    await givenDocument(bench, panelYaml);
    const told: string[] = [];
    const onCanary = (at: number, outcome: string) => void told.push(`${at} ${outcome}`);
    expect(await measureNow(bench.place, { ...wish, onCanary })).toMatchObject({
      asked: 3,
      wanted: 3,
      // Nothing has landed yet, so all of them are seeded, and this judge sees nothing.
      judges: [{ class: 'docs', outcomes: { missed: 3 }, standing: { earned: false } }],
    });
    expect(told).toEqual(['1 missed', '2 missed', '3 missed']);
  });

  it.each([
    ['no judge', 'judge: none\n', models, 'usage'],
    ['no models', panelYaml, new MemoryModels([]), 'config.invalid'],
  ])('says what is missing: %s', async (_what, config, given, code) => {
    await givenDocument(bench, config);
    await expect(measureNow(bench.place, { ...wish, models: given })).rejects.toMatchObject({ code });
  });

  it('says that there is nothing to make canaries of', async () => {
    bench.push(`version: 1\nbranch: main\n${panelYaml}`);
    await expect(measureNow(bench.place, wish)).rejects.toMatchObject({
      code: 'change.not-found',
      message: expect.stringContaining('found none'),
    });
    await givenDocument(bench, panelYaml);
    await expect(measureNow(bench.place, { ...wish, class: 'lint' })).rejects.toMatchObject({
      code: 'change.not-found',
    });
  });
});
