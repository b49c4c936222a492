import type { SystemCall, SystemCalls } from '../../../domain/system-calls.ts';
import { type CallCode, doubtful, failing, type Judged, judgeCall, portsOf } from './judge-call.ts';

/** A call that the head makes and the base does not. */
export type NewCall = { readonly code: CallCode; readonly call: SystemCall };

export type ComparedCalls = {
  /** Worst first; of calls that are the same but for numbers, one. */
  readonly found: readonly NewCall[];
  /** Calls that count, each once: of both runs of the base, and of the head. */
  readonly counts: { readonly base: number; readonly head: number };
  /** New ones that are not told, since their like comes and goes in the base too. */
  readonly masked: number;
};

const ranks: readonly CallCode[] = [...failing, ...doubtful];
const never: ReadonlySet<CallCode> = new Set(failing);

/** What either run of the base does is known. What differs between the two flickers; that hides nothing which fails. */
export function compareCalls(
  [first, second]: readonly [SystemCalls, SystemCalls],
  head: SystemCalls,
): ComparedCalls {
  const own = portsOf([...first.calls, ...second.calls]);
  const judge = ({ calls }: SystemCalls) => calls.map((call) => ({ call, ways: judgeCall(call, own) }));
  const now = judge(head);
  const [a, b] = [byKey(judge(first)), byKey(judge(second))];
  const known = new Map([...a, ...b]);
  const flickers = new Set(
    [...known].filter(([key]) => !a.has(key) || !b.has(key)).map(([, { family }]) => family),
  );
  const fresh = new Map<string, NewCall>();
  let masked = 0;
  for (const { call, ways } of now) {
    const found = ways.find(({ key }) => !known.has(key));
    if (found === undefined) continue;
    if (!never.has(found.code) && flickers.has(found.family)) masked += 1;
    else if (isBefore(call, fresh.get(found.key)?.call)) fresh.set(found.key, { code: found.code, call });
  }
  const found = [...fresh].toSorted(([left, one], [right, other]) => {
    return ranks.indexOf(one.code) - ranks.indexOf(other.code) || (left < right ? -1 : 1);
  });
  const counts = { base: known.size, head: byKey(now).size };
  return { found: found.map(([, each]) => each), counts, masked };
}

type JudgedCall = { readonly call: SystemCall; readonly ways: readonly Judged[] };

function byKey(judged: readonly JudgedCall[]): ReadonlyMap<string, Judged> {
  return new Map(judged.flatMap(({ ways }) => ways.map((way) => [way.key, way])));
}

/** Of calls that are the same but for numbers always the same one is told. */
function isBefore(call: SystemCall, other: SystemCall | undefined): boolean {
  const text = ({ target, args = [] }: SystemCall) => [target, ...args].join('\0');
  return other === undefined || text(call) < text(other);
}
