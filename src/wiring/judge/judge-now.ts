import { randomBytes } from 'node:crypto';
import { ChildDiffReader } from '../../adapters/diff-reader/child-diff-reader.ts';
import { openGitReader } from '../../adapters/git-host/local/local-git-host.ts';
import type { JudgePanel } from '../../config/judge.ts';
import type { CanaryOutcome } from '../../domain/canary.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { ModelSource } from '../../ports/models.ts';
import { canaryKind } from '../../stages/3-judge/canary/turn.ts';
import { type CanaryPorts, runCanary } from '../../stages/3-judge/run-canary.ts';
import { judgesOf } from '../../stages/3-judge/run-consult.ts';
import { type JudgeView, viewJudges } from '../../views/judge-standing.ts';
import type { LedgerChange } from '../../views/ledger.ts';
import { recordedModels } from '../models/model-source.ts';
import type { PlaceOptions } from '../place/place.ts';
import { openRepository, type Repository } from '../place/repository.ts';
import { BranchRules } from '../place/rules.ts';
import { hostAmong, knownGood, seedable } from './canary-hosts.ts';
import { draw } from './measure-judge.ts';

export type MeasuringWish = {
  /** So many canaries. */
  readonly count: number;
  /** Made of changes of this class alone; undefined: of all. */
  readonly class: string | undefined;
  /** Absent: the configured ones. */
  readonly models?: ModelSource;
  /** As each has its outcome. */
  onCanary(at: number, outcome: CanaryOutcome): void;
};

/** `autoland judge measure`: asks the configured judge about canaries now, made of changes that the journal knows. */
export async function measureNow(
  options: PlaceOptions,
  wish: MeasuringWish,
): Promise<{
  readonly state: string;
  readonly asked: number;
  readonly wanted: number;
  readonly judges: readonly JudgeView[];
}> {
  await using repository = await openRepository(options, 'update');
  const { reader, close } = await openGitReader(repository.place.repo);
  try {
    const rules = new BranchRules(reader, false);
    const { config } = await rules.load();
    const models = wish.models ?? recordedModels({ repository, rules })('judge');
    const panel = config.judge;
    if (panel === 'none') throw noJudge();
    const judges = await judgesOf(models, panel);
    if (typeof judges === 'string')
      throw new AutolandError('config.invalid', `expected a panel that can be asked: ${judges}`, {
        mend: 'autoland doctor says what is wrong with each model',
      });
    const ports: CanaryPorts = {
      git: reader,
      diffs: new ChildDiffReader(),
      models,
      nonce: () => randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x'),
      draw,
      journal: repository.store,
    };
    const asked = await runSome({ repository, ports, panel, judge: judges.digest }, wish);
    const all = viewJudges(await repository.judgeMeasures());
    const own = all.filter(({ judge }) => judge === judges.digest);
    return { state: repository.place.state, asked, wanted: wish.count, judges: own };
  } finally {
    await close();
  }
}

type Measuring = {
  readonly repository: Repository;
  readonly ports: CanaryPorts;
  readonly panel: JudgePanel;
  readonly judge: string;
};

async function runSome({ repository, ports, panel, judge }: Measuring, wish: MeasuringWish): Promise<number> {
  const { draw: drawing } = ports;
  const { count, onCanary } = wish;
  const ledger = await repository.ledger();
  const ofClass = (changes: readonly LedgerChange[]) =>
    wish.class === undefined ? changes : changes.filter((one) => one.class === wish.class);
  const hosts = { seeded: ofClass(seedable(ledger)), good: ofClass(knownGood(ledger)) };
  let asked = 0;
  // In many a change no defect finds a place, or none that was not found there before.
  for (let tries = 0; asked < count && tries < 5 * count; tries++) {
    const wanted = canaryKind(ports.draw);
    const kind = hosts[wanted].length === 0 ? 'seeded' : wanted;
    const host = await hostAmong({ repository, judge, draw: drawing }, hosts[kind]);
    const outcome = host && (await runCanary(ports, panel, host, kind));
    if (outcome === undefined) continue;
    asked += 1;
    onCanary(asked, outcome);
  }
  if (asked === 0) throw noHost(hosts.seeded.length);
  return asked;
}

function noJudge(): AutolandError {
  return new AutolandError('usage', 'expected a judge in the configuration, found judge: none', {
    mend: 'configure a panel first: docs/guide/judge.md',
  });
}

function noHost(known: number): AutolandError {
  const found =
    known === 0 ? 'none' : `${known} in which no new defect finds a place, or which cannot be shown`;
  return new AutolandError(
    'change.not-found',
    `expected changes of which canaries can be made, found ${found}`,
    {
      mend: 'hand changes in first: at the level observe they are judged and never landed',
    },
  );
}
