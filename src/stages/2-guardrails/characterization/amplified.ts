import type { Behaviour, SeenCall } from '../../../domain/behaviour.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { EachReplay } from '../../../domain/replay.ts';
import { counted } from '../../../domain/words.ts';
import type { Finding } from '../facts.ts';
import { shownCall, type VariedCall } from './amplify/amplify.ts';
import { compareBehaviour, type Difference, differenceKinds } from './compare.ts';
import type { AmplifiedFacts } from './facts.ts';
import { cut, finding, rankOf, row, short, shown } from './told.ts';

type Made = Extract<AmplifiedFacts, { kind: 'made' }>;
type Replayed = Extract<EachReplay, { kind: 'replayed' }>;
type Found = { readonly varied: VariedCall; readonly difference: Difference };

const whyNot = {
  install: 'cannot be installed',
  limit: 'took too long, or too much, to make them',
  ended: 'ended the process that made them',
} as const;

/** undefined: no call could be made that was not seen. Nobody was seen to make these calls, so a person decides. */
export function judgeAmplified(facts: AmplifiedFacts): Finding | undefined {
  if (facts.kind === 'none') return undefined;
  const { replay } = facts;
  if (replay.kind === 'replayed') return judgeReplayed(facts, replay);
  const reason = `Calls like those that were seen were not compared: the ${replay.side} ${whyNot[replay.kind]}.`;
  // The old version is no different for what it does with calls that nobody makes.
  const verdict = replay.side === 'base' && replay.kind !== 'install' ? 'pass' : 'abstain';
  return finding(verdict, 'amplified-not-run', reason, evidenceOf(facts, 0));
}

function judgeReplayed(facts: Made, replay: Replayed): Finding | undefined {
  const made = replay.keys.filter((key) => key !== '').length;
  if (made === 0) return undefined;
  const found = facts.varied.flatMap((varied, at) => {
    const difference = differenceOf(replay, at);
    return difference === undefined ? [] : [{ varied, difference }];
  });
  const evidence = evidenceOf(facts, made);
  const worstFirst = found.toSorted((a, b) => rank(a.difference) - rank(b.difference));
  const [worst] = worstFirst;
  if (worst !== undefined) return differs(worst, worstFirst, evidence);
  const reason = `${counted(made, 'call', 'calls')} like those that were seen found no difference.`;
  return finding('pass', 'amplified-same', reason, evidence);
}

/** What reaches all objects comes first: of calls that nobody makes it says the most. */
const rank = ({ kind }: Difference) => (kind === 'ambient' ? -1 : differenceKinds.indexOf(kind));

/** The worst one of a call. */
function differenceOf(replay: Replayed, at: number): Difference | undefined {
  const key = replay.keys[at] ?? '';
  const seen = replay.base[0].calls.get(key);
  if (seen === undefined) return undefined;
  const [first, second, head] = [...replay.base, replay.head].map((run) => only(run, key));
  if (first === undefined || second === undefined || head === undefined) return undefined;
  if (replay.unfinished.includes(at)) {
    const call = `${seen.path}${seen.args}`;
    return {
      kind: 'exception',
      package: seen.package,
      call,
      facet: 'result',
      old: 'an end',
      new: 'no end in time',
    };
  }
  const isRefused = [seen, head.calls.get(key)].every(refuses);
  // How a call that nobody makes is refused, and what is read of its arguments, is nobody's business.
  const [worst] = compareBehaviour([first, second], head)
    .differences.filter(({ kind }) => kind !== 'reads' && !(isRefused && kind === 'exception'))
    .toSorted((a, b) => rank(a) - rank(b));
  return worst;
}

function refuses(call: SeenCall | undefined): boolean {
  const outcomes = [...(call?.facets.get('settled') ?? call?.facets.get('result') ?? [])];
  return outcomes.length > 0 && outcomes.every(({ kind }) => kind === 'throw' || kind === 'reject');
}

function only({ calls }: Behaviour, key: string): Behaviour {
  const call = calls.get(key);
  return { loads: [], calls: new Map(call === undefined ? [] : [[key, call]]), gaps: [] };
}

function differs({ varied, difference }: Found, all: readonly Found[], evidence: JsonObject): Finding {
  const what = `${difference.call} (${difference.facet}): old ${difference.old}, new ${difference.new}`;
  const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`;
  const reason = `Nobody was seen to call ${cut(what)}${more}; seen was ${short(shownCall(varied.from)).slice(0, 150)}.`;
  return finding('abstain', 'amplified-differs', reason, {
    ...evidence,
    differences: all.slice(0, shown).map((each) => ({
      ...row(each.difference),
      like: short(shownCall(each.varied.from)),
      by: each.varied.operator,
    })),
    count: all.length,
  });
}

function evidenceOf({ varied, undeclared }: Made, made: number): JsonObject {
  const names = undeclared.slice(0, shown).map(short);
  return { tried: varied.length, made, ...(names.length > 0 && { undeclared: names }) };
}

/** What is tried besides never makes up for what was seen. */
export function joinAmplified(seen: Finding, amplified: Finding | undefined): Finding {
  if (amplified === undefined) return seen;
  const evidence = { ...seen.evidence, amplified: amplified.evidence };
  if (rankOf(amplified) < rankOf(seen)) return { ...amplified, evidence };
  const isPass = seen.verdict === 'pass' && amplified.verdict === 'pass';
  return { ...seen, reason: isPass ? `${seen.reason} ${amplified.reason}` : seen.reason, evidence };
}
