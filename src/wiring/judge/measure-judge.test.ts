import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildDiffReader } from '../../adapters/diff-reader/child-diff-reader.ts';
import { canaryDrawn, canaryJudged } from '../../domain/canary.ts';
import type { JsonObject } from '../../domain/json.ts';
import { judgeYaml } from '../../testing/judge-yaml.ts';
import {
  finishStage,
  givenDocument,
  openWiringBench,
  panelYaml,
  type WiringBench,
} from '../../testing/judged-change.ts';
import { MemoryModel, MemoryModels } from '../../testing/memory-model.ts';
import { standingOf } from '../../views/judge-standing.ts';
import { BranchRules } from '../place/rules.ts';
import { MeasuringJudge } from './measure-judge.ts';

let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
});
afterEach(() => bench.close());

const models = new MemoryModels([new MemoryModel('one', 'claude'), new MemoryModel('two', 'gpt')]);

function measuring(ending?: AbortSignal): MeasuringJudge {
  const rules = new BranchRules(bench.git, false);
  const tools = {
    git: bench.git,
    diffs: new ChildDiffReader(),
    models,
    rules,
    nonce: () => Math.random().toString(36),
    draw: () => 0.5,
    ...(ending === undefined ? {} : { ending }),
  };
  return new MeasuringJudge(bench.repository, tools);
}

async function canaries(): Promise<readonly string[]> {
  const entries = await bench.repository.store.read({ types: [canaryDrawn, canaryJudged] });
  return entries.map(({ data }) => String(data.outcome ?? data.kind));
}

const judged = { verdict: 'abstain', reasons: [], record: { judge: 'j', findings: [] } };

describe('measuring the judge', () => {
  it('follows each judged change with a canary while there is no standing, once', async () => {
    await givenDocument(bench, panelYaml);
    const one = measuring();
    await one.look();
    await finishStage(bench, 'judge', judged);
    await one.look();
    await one.look();
    expect(await canaries()).toEqual(['seeded', 'missed']);
    const [measured] = (await bench.repository.judgeMeasures()).judges.values();
    expect(standingOf(measured)).toMatchObject({ earned: false });
    expect(measured?.panel.map(({ scripted }) => scripted)).toEqual([true, true]);
  });

  it.each<[string, string, JsonObject]>([
    ['nobody was asked', panelYaml, { verdict: 'abstain', reasons: [] }],
    ['canaries are switched off', judgeYaml('panel: [one, two], canaries: 0'), judged],
    ['there is no judge any more', 'judge: none\n', judged],
    ['a model is not there', judgeYaml('panel: [one, three]'), judged],
  ])('asks nobody where %s', async (_what, config, report) => {
    await givenDocument(bench, config);
    const one = measuring();
    await one.look();
    await finishStage(bench, 'judge', report);
    await one.look();
    expect(await canaries()).toEqual([]);
  });

  it('asks nobody while autonomy is stopped, nor of what was judged before it began, nor once it ends', async () => {
    await givenDocument(bench, panelYaml);
    await finishStage(bench, 'judge', judged);
    const ending = new AbortController();
    const one = measuring(ending.signal);
    await one.look();
    await bench.repository.controls.stop('x', 'person:a');
    await finishStage(bench, 'judge', judged);
    await one.look();
    expect(await canaries()).toEqual([]);
    await bench.repository.controls.resume('person:a');
    ending.abort();
    await finishStage(bench, 'judge', judged);
    await one.look();
    expect(await canaries()).toEqual([]);
  });
});
