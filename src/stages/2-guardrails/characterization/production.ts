import type { JsonObject } from '../../../domain/json.ts';
import type { RecordedCall } from '../../../domain/recorded-call.ts';
import type { Replay } from '../../../domain/replay.ts';
import { counted } from '../../../domain/words.ts';
import type { Finding } from '../facts.ts';
import { compareBehaviour, type Difference } from './compare.ts';
import type { ReplayFacts } from './facts.ts';
import { cut, finding, rankOf, row, short, shown, tableOf } from './told.ts';

type Made = Extract<ReplayFacts, { kind: 'made' }>;
type Replayed = Extract<Replay, { kind: 'replayed' }>;

const whyNot = {
  install: 'cannot be installed',
  limit: 'took too long, or too much, to make them',
  ended: 'ended the process before the last of them',
} as const;

/** undefined: production has no say. */
export function judgeProduction(facts: ReplayFacts): Finding | undefined {
  if (facts.kind === 'none') return undefined;
  if (facts.kind === 'unreadable') return finding('abstain', 'recordings-unreadable', cut(facts.why));
  const { replay } = facts;
  if (replay.kind === 'replayed') return judgeReplayed(facts, replay);
  const reason = `Calls of production were not compared: the ${replay.side} ${whyNot[replay.kind]}.`;
  return finding('abstain', 'production-not-run', reason, countsOf(facts, 0));
}

function judgeReplayed(facts: Made, replay: Replayed): Finding {
  const { calls } = facts.chosen;
  const missing = new Set(replay.missing.base);
  const made = calls.length - missing.size;
  const lost = replay.missing.head.filter((at) => !missing.has(at)).flatMap((at) => calls[at] ?? []);
  const { differences, coverage } = compareBehaviour(replay.base, replay.head);
  const all = [...lost.map(lostOf), ...differences];
  const evidence = { ...countsOf(facts, made), coverage: tableOf(coverage) };
  const [worst] = all;
  if (worst !== undefined) return differs(worst, all, evidence);
  const gaps = [...replay.base, replay.head].flatMap((run) => run.gaps);
  if (gaps.length > 0) {
    const why = [...new Set(gaps)].slice(0, shown).map(short).join(', ');
    const reason = `Not all that calls of production do was recorded: ${why}.`;
    return finding('abstain', 'production-truncated', reason, evidence);
  }
  if (made === 0) {
    const reason = 'The base has no function for any call that was recorded in production.';
    return finding('abstain', 'production-not-run', reason, evidence);
  }
  const reason = `${counted(made, 'call', 'calls')} of production, made with both versions, found no difference.`;
  return finding('pass', 'production-same', reason, evidence);
}

function differs(worst: Difference, all: readonly Difference[], evidence: JsonObject): Finding {
  const what = `${worst.call} (${worst.facet}): old ${worst.old}, new ${worst.new}`;
  const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`;
  // Reading more or less of an argument may change nothing that anybody sees.
  const [verdict, code] =
    worst.kind === 'reads'
      ? (['abstain', 'production-reads-differ'] as const)
      : (['fail', 'production-differs'] as const);
  return finding(verdict, code, `As production calls it, ${cut(what)}${more}.`, {
    ...evidence,
    differences: all.slice(0, shown).map(row),
    count: all.length,
  });
}

function lostOf({ package: name, steps, kind }: RecordedCall): Difference {
  const call = `${kind === 'construct' ? 'new ' : ''}${steps.join('.')}`;
  return { kind: 'exception', package: name, call, facet: 'function', old: 'there', new: 'gone' };
}

function countsOf({ chosen: { calls, omitted, notPlain } }: Made, made: number): JsonObject {
  return { recorded: calls.length, made, omitted, notPlain };
}

const comparedNothing: ReadonlySet<string> = new Set(
  ['own-code', 'not-reached', 'nothing-to-observe'].map((code) => `characterization.${code}`),
);

/** Neither what the tests see nor what production sends makes up for what the other finds. */
export function joinProduction(tests: Finding, production: Finding | undefined): Finding {
  if (production === undefined) return tests;
  const alone = rankOf(tests) === rankOf(production) && comparedNothing.has(tests.code);
  if (alone || rankOf(production) < rankOf(tests)) return production;
  const reason = production.verdict === 'pass' ? `${tests.reason} ${production.reason}` : tests.reason;
  return { ...tests, reason, evidence: { ...tests.evidence, production: production.evidence } };
}
