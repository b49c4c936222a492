import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChildDiffReader } from '../adapters/diff-reader/child-diff-reader.ts';
import { canaryDrawn, canaryJudged } from '../domain/canary.ts';
import type { JsonObject } from '../domain/json.ts';
import { MemoryModel, MemoryModels } from '../testing/memory-model.ts';
import { openWiringBench, type WiringBench, yaml } from '../testing/wiring-bench.ts';
import { standingOf } from '../views/judge-standing.ts';
import { MeasuringJudge } from './measure-judge.ts';
import { BranchRules } from './rules.ts';

let bench: WiringBench;
beforeEach(async () => {
  bench = await openWiringBench();
});
afterEach(() => bench.close());

const change = 'chg_0123456789ab';
const models = new MemoryModels([new MemoryModel('one', 'claude'), new MemoryModel('two', 'gpt')]);

async function stage(name: string, data: JsonObject): Promise<void> {
  const event = { type: 'stage.finished', change, actor: 'x', data: { stage: name, round: 0, data } };
  await bench.repository.store.append({ events: [event] });
}

/** A change whose README differs, as the stages before the judge have found it. */
async function given(config: string): Promise<string> {
  const base = bench.push(`${yaml('a.js')}${config}`);
  const text = '# Shop\n\nInstall it with npm and begin with the first page.\n';
  const row = `100644 ${bench.host.blob(text)}\tREADME.md`;
  bench.host.git(['update-index', '--add', '--index-info'], { input: `${row}\n` });
  const tree = bench.host.git(['write-tree']);
  const proposal = { source: 'person:a', title: 't', head: base, ref: 'r', target: 'main', record: {} };
  await bench.repository.store.append({
    events: [{ type: 'change.proposed', change, actor: 'person:a', data: proposal }],
  });
  const file = {
    path: 'README.md',
    status: 'added',
    kind: 'file',
    added: 3,
    removed: 0,
    binary: false,
    size: 9,
  };
  const about = { class: 'docs', reasons: [], base, tree, files: [file], packages: [], protectedPaths: [] };
  await stage('classify', about);
  await stage('guardrails', { verdict: 'pass', results: [] });
  return base;
}

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

const panel = 'judge: { panel: [one, two] }\n';
const judged = { verdict: 'abstain', reasons: [], record: { judge: 'j', findings: [] } };

describe('measuring the judge', () => {
  it('follows each judged change with a canary while there is no standing, once', async () => {
    await given(panel);
    const one = measuring();
    await one.look();
    await stage('judge', judged);
    await one.look();
    await one.look();
    expect(await canaries()).toEqual(['seeded', 'missed']);
    const [measured] = (await bench.repository.judgeMeasures()).judges.values();
    expect(standingOf(measured)).toMatchObject({ earned: false });
    expect(measured?.panel.map(({ scripted }) => scripted)).toEqual([true, true]);
  });

  it.each<[string, string, JsonObject]>([
    ['nobody was asked', panel, { verdict: 'abstain', reasons: [] }],
    ['canaries are switched off', 'judge: { panel: [one, two], canaries: 0 }\n', judged],
    ['there is no judge any more', 'judge: none\n', judged],
    ['a model is not there', 'judge: { panel: [one, three] }\n', judged],
  ])('asks nobody where %s', async (_what, config, report) => {
    await given(config);
    const one = measuring();
    await one.look();
    await stage('judge', report);
    await one.look();
    expect(await canaries()).toEqual([]);
  });

  it('asks nobody while autonomy is stopped, nor of what was judged before it began, nor once it ends', async () => {
    await given(panel);
    await stage('judge', judged);
    const ending = new AbortController();
    const one = measuring(ending.signal);
    await one.look();
    await bench.repository.controls.stop('x', 'person:a');
    await stage('judge', judged);
    await one.look();
    expect(await canaries()).toEqual([]);
    await bench.repository.controls.resume('person:a');
    ending.abort();
    await stage('judge', judged);
    await one.look();
    expect(await canaries()).toEqual([]);
  });
});
