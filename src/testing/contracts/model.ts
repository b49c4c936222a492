import { afterEach, describe, expect, it } from 'vitest';
import type { Model } from '../../ports/model.ts';
import { ModelBench, type ModelTraits, type ModelTrial, modelKey, saying } from '../model-bench.ts';
import { ModelServer } from '../model-server/model-server.ts';
import { modelAnswers } from './model-answers.ts';
import { modelFaults } from './model-faults.ts';

/** What every Model must do, whatever the other side does. */
export function modelContract(make: (trial: ModelTrial) => Model, traits: ModelTraits): void {
  const bench = new ModelBench(make, traits);
  afterEach(() => bench.close());

  modelAnswers(bench);
  modelFaults(bench);

  describe('the key', () => {
    it.runIf(bench.traits.wantsKey)('is in no reason, though the server repeats it', async () => {
      const reply = await bench.answersTo({
        script: [{ answer: saying() }],
        server: { key: 'sk-another-key-of-theirs' },
      });
      expect(reply).toMatchObject({
        kind: 'fault',
        fault: 'unauthorised',
        reason: expect.stringContaining('[masked]'),
      });
      expect(JSON.stringify(reply)).not.toContain(modelKey);
      expect(JSON.stringify(bench.server?.asked)).toContain(modelKey);
    });

    it.each([301, 302, 303, 307, 308])('goes nowhere else (%i)', async (status) => {
      const other = await ModelServer.open({ script: { steps: [{ answer: saying() }] } });
      try {
        const answer = { kind: 'status', status, headers: { location: other.url } } as const;
        expect(await bench.answersTo({ script: [{ answer }] })).toMatchObject({
          fault: 'rejected',
          reason: expect.stringContaining('redirects are not followed'),
        });
        expect(other.asked).toEqual([]);
      } finally {
        await other.close();
      }
    });
  });

  it('does not let a script pass for a model', async () => {
    const script = [{ answer: saying() }];
    const trial = { isScripted: false };
    expect(await bench.answersTo({ script, trial })).toMatchObject({
      fault: 'rejected',
      reason: expect.stringContaining('scripted: true'),
    });
    expect(await bench.answersTo({ script, trial, server: { isMarked: false } })).toMatchObject({
      kind: 'answer',
    });
  });
}
