import { createHash } from 'node:crypto';
import type { AskOutcome, AskRecord, JudgeRecord, JudgeUsage, PanelModel } from '../../domain/judgement.ts';
import { byText } from '../../domain/npm/order.ts';
import type { JudgeReport } from '../../domain/stage.ts';
import type { Judgement } from './quorum.ts';

/** What came of one ask. */
export type Answered = {
  readonly outcome: AskOutcome;
  readonly usage: JudgeUsage;
  readonly cached: boolean;
  readonly ms: number;
};

const most = { reasons: 20, reason: 500, findings: 20, ofAsk: 3, dropped: 5 };
/** An entry of the journal holds 64 KiB, and what models say is of any length in any script. */
const mostBytes = { reasons: 16 * 1024, record: 40 * 1024 };

/** All that a judge is: where one of it differs, what was measured of the other says nothing. */
export function judgeDigest(panel: readonly PanelModel[], families: number, prompts: string): string {
  const members = panel
    .map(({ name, family, model, scripted }) => JSON.stringify([name, family, model, scripted]))
    .toSorted(byText);
  return createHash('sha256')
    .update(JSON.stringify([members, families, prompts]))
    .digest('hex')
    .slice(0, 32);
}

export type Recorded = Omit<JudgeRecord, 'findings' | 'asks' | 'usage' | 'omitted'>;

/** Without standing a veto blocks all the same: that somebody may be wrong makes what was found no less there. */
export function reportOf(
  { verdict, reasons, findings }: Judgement,
  answered: readonly Answered[],
  about: Recorded,
): JudgeReport {
  const record = fitting({
    ...about,
    findings: findings.slice(0, most.findings),
    asks: answered.map(recordOf),
    usage: totalOf(answered.map(({ usage }) => usage)),
    omitted: Math.max(0, findings.length - most.findings),
  });
  if (verdict === 'no-objection' && !about.standing.earned) {
    const why = `The panel has no objection, which does not count: ${about.standing.why}.`;
    return { verdict: 'abstain', reasons: [why], record };
  }
  return { verdict, reasons: toldReasons(reasons), record };
}

function toldReasons(reasons: readonly string[]): readonly string[] {
  const told: string[] = [];
  let bytes = 0;
  for (const reason of reasons.slice(0, most.reasons).map((one) => one.slice(0, most.reason))) {
    bytes += bytesOf(reason);
    if (bytes > mostBytes.reasons) break;
    told.push(reason);
  }
  const left = reasons.length - told.length;
  return left === 0 ? told : [...told, `… and ${left} more`];
}

function recordOf({ outcome, usage, cached, ms }: Answered): AskRecord {
  const { model, lens, order, verdict, dropped } = outcome;
  const reasons = outcome.verdict === 'abstain' ? outcome.reasons.slice(0, most.ofAsk) : [];
  const some = dropped.slice(0, most.dropped);
  return { model, lens, order, verdict, reasons, dropped: some, usage, cached, ms: Math.round(ms) };
}

export function totalOf(all: readonly JudgeUsage[]): JudgeUsage {
  const none: JudgeUsage = { inputTokens: 0, outputTokens: 0, microdollars: 0 };
  return all.reduce(
    (sum, one) => ({
      inputTokens: sum.inputTokens + one.inputTokens,
      outputTokens: sum.outputTokens + one.outputTokens,
      microdollars:
        sum.microdollars === null || one.microdollars === null ? null : sum.microdollars + one.microdollars,
    }),
    none,
  );
}

/** What does not fit goes: words first, then findings. */
function fitting(record: JudgeRecord): JudgeRecord {
  if (bytesOf(record) <= mostBytes.record) return record;
  const short = record.asks.map((ask) => ({ ...ask, reasons: [], dropped: [] }));
  const lean = { ...record, asks: short, omitted: record.omitted + short.length };
  if (bytesOf(lean) <= mostBytes.record) return lean;
  const findings = lean.findings.slice(0, 3);
  return { ...lean, findings, omitted: lean.omitted + lean.findings.length - findings.length };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
