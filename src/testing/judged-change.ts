import type { JsonObject } from '../domain/json.ts';
import { judgeYaml } from './judge-yaml.ts';
import { type WiringBench, yaml } from './wiring-bench.ts';

export { openWiringBench, type WiringBench } from './wiring-bench.ts';

export const panelYaml = judgeYaml();
export const judgedChange = 'chg_0123456789ab';

export async function finishStage(
  { repository }: WiringBench,
  stage: string,
  data: JsonObject,
): Promise<void> {
  const event = { type: 'stage.finished', actor: 'x', data: { stage, round: 0, data } };
  await repository.store.append({ events: [{ ...event, change: judgedChange }] });
}

/** A change that adds a document, as the stages before the judge have found it, under this configuration. */
export async function givenDocument(bench: WiringBench, config: string): Promise<void> {
  const base = bench.push(`${yaml('a.js')}${config}`);
  const text = '# Shop\n\nInstall it with npm and begin with the first page.\n';
  const row = `100644 ${bench.host.blob(text)}\tREADME.md`;
  bench.host.git(['update-index', '--add', '--index-info'], { input: `${row}\n` });
  const tree = bench.host.git(['write-tree']);
  const proposal = { source: 'person:a', title: 't', head: base, ref: 'r', target: 'main', record: {} };
  await bench.repository.store.append({
    events: [{ type: 'change.proposed', change: judgedChange, actor: 'person:a', data: proposal }],
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
  await finishStage(bench, 'classify', about);
  await finishStage(bench, 'guardrails', { verdict: 'pass', results: [] });
}
