import { randomInt } from 'node:crypto';
import type { ChangeId } from '../../domain/change.ts';
import type { Entry } from '../../domain/journal.ts';
import { judgeNote } from '../../domain/judgement.ts';
import type { JudgeReport } from '../../domain/stage.ts';
import type { RulesSource } from '../../ports/rules.ts';
import { nextCanary } from '../../stages/3-judge/canary/turn.ts';
import { type CanaryPorts, runCanary } from '../../stages/3-judge/run-canary.ts';
import { measuredOf, standingOf } from '../../views/judge-standing.ts';
import { lookOften } from '../look-often.ts';
import type { Repository } from '../place/repository.ts';
import { tellTrouble } from '../trouble.ts';
import { hostAmong, hostOf, knownGood } from './canary-hosts.ts';

const lookMs = 2_000;

export type MeasureTools = Omit<CanaryPorts, 'journal'> & { readonly rules: RulesSource };

/** For canaries: not to be foreseen by whoever hands in changes. */
export function draw(): number {
  return randomInt(2 ** 32) / 2 ** 32;
}

/** Now and then a judged change is followed by one of known worth. Beside the pipeline: no change waits for it. */
export function measureJudgeOften(repository: Repository, tools: MeasureTools): { stop(): Promise<void> } {
  const ending = new AbortController();
  const measuring = new MeasuringJudge(repository, { ...tools, ending: ending.signal });
  const looking = lookOften(() => measuring.look(), {
    ms: lookMs,
    trouble: 'the judge could not be measured',
  });
  return {
    async stop() {
      const ended = looking.stop();
      // What is under way abstains at once.
      ending.abort();
      await ended;
    },
  };
}

export class MeasuringJudge {
  readonly #repository: Repository;
  readonly #tools: MeasureTools;
  /** Journal index; undefined: nothing was looked at yet. What was judged before this process began is not followed again. */
  #from: number | undefined;

  constructor(repository: Repository, tools: MeasureTools) {
    this.#repository = repository;
    this.#tools = tools;
  }

  async look(): Promise<void> {
    const { store, controls } = this.#repository;
    this.#from ??= await store.size();
    const entries = await store.read({ from: this.#from, types: ['stage.finished', 'stage.noted'] });
    for (const entry of entries) {
      this.#from = entry.index + 1;
      const report = judgedIn(entry);
      const asked = report?.record?.judge;
      if (asked === undefined || entry.change === undefined) continue;
      if (this.#tools.ending?.aborted === true || (await controls.stopped()) !== undefined) return;
      await this.#follow(entry.change, asked);
    }
  }

  async #follow(change: ChangeId, judge: string): Promise<void> {
    const repository = this.#repository;
    const { draw, rules } = this.#tools;
    const { config } = await rules.load();
    const own = await hostOf({ repository, judge }, change);
    if (config.judge === 'none' || own === undefined) return;
    const measured = measuredOf(await repository.judgeMeasures(), judge, own.classification.class);
    const kind = nextCanary(standingOf(measured).earned, config.judge.canaries, draw);
    if (kind === undefined) return;
    const good = async () => hostAmong({ repository, judge, draw }, knownGood(await repository.ledger()));
    const host = kind === 'seeded' ? own : await good();
    if (host === undefined) return;
    const standing = async () =>
      standingOf(measuredOf(await repository.judgeMeasures(), judge, host.classification.class));
    const before = await standing();
    await runCanary({ ...this.#tools, journal: repository.store }, config.judge, host, kind);
    const { earned, why } = await standing();
    if (before.earned && !earned) tellTrouble(`the judge has lost its standing (autoland judge): ${why}`);
  }
}

function judgedIn({ type, data }: Entry): JudgeReport | undefined {
  const isReport = type === 'stage.finished' ? data.stage === 'judge' : data.note === judgeNote;
  return isReport ? (data.data as unknown as JudgeReport) : undefined;
}
