import { SystemClock } from '../../adapters/clock/system.ts';
import { ChildDiffReader } from '../../adapters/diff-reader/child-diff-reader.ts';
import { readEvalset } from '../../adapters/evalset/read-evalset.ts';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import { judge as judgeSettings } from '../../config/judge.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { HeardRow } from '../../judge-eval/answer.ts';
import { type Choice, choose } from '../../judge-eval/choose.ts';
import { evaluate } from '../../judge-eval/evaluate.ts';
import { type EvalReport, reportOf } from '../../judge-eval/report.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelSource } from '../../ports/models.ts';
import type { RulesSource } from '../../ports/rules.ts';
import { type Judges, judgesOf } from '../../stages/3-judge/run-consult.ts';
import { Models } from '../models/models.ts';
import { locate, type Place, type PlaceOptions } from '../place/place.ts';
import { BranchRules } from '../place/rules.ts';
import { type EvalExchanges, type KeptExchanges, openEvalExchanges } from './eval-exchanges.ts';
import { askerOf } from './judge-rows.ts';

export type EvalWish = Choice & { readonly models: readonly string[] };

export type Evaluation = EvalReport & {
  /** What was said to the models, and by them. */
  readonly exchanges: KeptExchanges;
};

/** Asks the models about the labelled set, as a panel. Counts against the budget of the day. Rejects with `config.invalid`. */
export async function evaluateJudge(
  options: PlaceOptions,
  wish: EvalWish,
  told: (heard: HeardRow, count: number, of: number) => void,
): Promise<Evaluation> {
  const twice = wish.models.find((name, at) => wish.models.indexOf(name) !== at);
  if (twice !== undefined)
    throw new AutolandError('usage', `expected each model once, found ${twice} twice`, {
      mend: 'name models of different families: --model opus --model gpt',
    });
  const set = await readEvalset();
  const rows = choose(set, wish);
  const place = await locate(options);
  const clock = new SystemClock();
  const { reader, close } = await openGitReader(place.repo);
  try {
    const rules = new BranchRules(reader, false);
    const exchanges = await openEvalExchanges(place, rules, clock.now());
    try {
      const judges = await judgesHere({ place, clock, rules, exchanges }, wish.models);
      const heard = await evaluate(rows, askerOf(judges, new ChildDiffReader()), (one, count) =>
        told(one, count, rows.length),
      );
      const { members, panel } = judges;
      const report = reportOf(heard, { models: members, prompts: panel.prompts.digest, set });
      return { ...report, exchanges: exchanges.kept() };
    } finally {
      await exchanges.close();
    }
  } finally {
    await close();
  }
}

type Here = {
  readonly place: Place;
  readonly clock: Clock;
  readonly rules: RulesSource;
  readonly exchanges: EvalExchanges;
};

async function judgesHere(
  { place, clock, rules, exchanges }: Here,
  names: readonly string[],
): Promise<Judges> {
  const { config } = await rules.load();
  const all = new Models(place.files, clock);
  return panelOf({ named: (name, change) => all.model(config, { name, change, log: exchanges.log }) }, names);
}

/** With the settings that a panel has where nobody says otherwise; all of its families must have no objection. */
export async function panelOf(source: ModelSource, names: readonly string[]): Promise<Judges> {
  const settings = judgeSettings.parse({ panel: [...names] });
  if (settings === 'none') throw new Error('a panel was asked for');
  const judges = await judgesOf(source, settings);
  if (typeof judges === 'string')
    throw new AutolandError('config.invalid', judges, {
      mend: 'add it to models in .autoland/autoland.yaml',
    });
  const families = new Set(judges.members.map(({ family }) => family)).size;
  return { ...judges, settings: { ...settings, families } };
}
