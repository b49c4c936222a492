import type { Behaviour, Observation } from '../../../domain/behaviour.ts';
import type { ChangeClass } from '../../../domain/change.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { counted } from '../../../domain/words.ts';
import type { Finding } from '../facts.ts';
import { type Coverage, compareBehaviour, type Difference } from './compare.ts';
import type { OwnFacts } from './own-files.ts';
import { cut, finding, short, shown } from './told.ts';

type Observed = Extract<Observation, { kind: 'observed' }>;

/** People decide these, or nobody does: what they do may differ. Of all others a difference is a failure. */
const mayDiffer: ReadonlySet<ChangeClass> = new Set(['other', 'crash-fix', 'flag-removal']);

/** What callers see of the project's own files that change, old against new. */
export function judgeOwn(facts: OwnFacts, changeClass: ChangeClass): Finding {
  const { observed } = facts;
  if (observed?.kind === 'observed') return judge(facts, observed, changeClass);
  return observed?.kind === 'disturbed'
    ? unknown(changeClass, 'disturbed', 'The tests pass, but not while the files that change are watched.')
    : unknown(changeClass, 'not-run', 'The tests do not pass, so there is nothing to compare.');
}

/** Classes of which another guardrail proves what this one looks for. */
const provedBy: Readonly<Partial<Record<ChangeClass, string>>> = {
  lint: 'lint',
  'flag-addition': 'flag-off',
  'flag-removal': 'flag-off',
};

/** Not to know is for a person, unless it is proved elsewhere. */
function unknown(changeClass: ChangeClass, code: string, why: string, evidence: JsonObject = {}): Finding {
  const other = provedBy[changeClass];
  if (other === undefined) return finding('abstain', code, why, evidence);
  const reason = `${why} That they do what they did is left to the guardrail ${other}.`;
  return finding('pass', `own-left-to-${other}`, reason, evidence);
}

function judge({ modules, omitted }: OwnFacts, observed: Observed, changeClass: ChangeClass): Finding {
  const { differences, coverage } = compareBehaviour(observed.base, observed.head);
  const seen = differences.filter(isVisible);
  const all = [...goneExports(observed, modules), ...seen].filter((each) => modules.includes(each.package));
  const counts = modules.map((name) => [name, coverage.get(name) ?? none] as const);
  const evidence = { coverage: tableOf(counts), ...(omitted > 0 ? { notWatched: omitted } : {}) };
  return (
    differs(all, changeClass, evidence) ??
    doubt({ observed, counts, changeClass, evidence }) ??
    finding('pass', 'own-same', sameReason(counts), evidence)
  );
}

/** Which properties of an argument are read, its caller does not see; and a field that is not there was perhaps never meant for it. */
function isVisible({ kind, facet, old, new: now }: Difference): boolean {
  return kind !== 'reads' && !(facet.startsWith('field ') && (old === 'nothing' || now === 'nothing'));
}

const none: Coverage = { compared: 0, masked: 0, new: 0, gone: 0 };

type Counts = readonly (readonly [module: string, count: Coverage])[];

function differs(
  all: readonly Difference[],
  changeClass: ChangeClass,
  evidence: JsonObject,
): Finding | undefined {
  const [worst] = all;
  if (worst === undefined) return undefined;
  const what = `${nameOf(worst)} (${worst.facet}): old ${worst.old}, new ${worst.new}`;
  const more = all.length === 1 ? '' : ` (and ${all.length - 1} more)`;
  const reason = `Callers of ${short(worst.package)} see a difference: ${cut(what)}${more}.`;
  return finding(mayDiffer.has(changeClass) ? 'abstain' : 'fail', 'own-differs', reason, {
    differences: oneOfEachFirst(all).slice(0, shown).map(row),
    count: all.length,
    ...evidence,
  });
}

/** A person who sees each function once learns more than from one function many times. */
function oneOfEachFirst(all: readonly Difference[]): readonly Difference[] {
  const times = new Map<string, number>();
  const ranked = all.map((difference) => {
    const { package: name, call, facet } = difference;
    const [path = ''] = /^[^(]*(?:\(\)[^(]*)*/.exec(call) ?? [];
    const key = JSON.stringify([name, path, facet]);
    const time = times.get(key) ?? 0;
    times.set(key, time + 1);
    return { difference, time };
  });
  return ranked.toSorted((a, b) => a.time - b.time).map(({ difference }) => difference);
}

function row(difference: Difference): JsonObject {
  const { package: name, facet, old, new: now } = difference;
  return {
    file: short(name),
    call: short(nameOf(difference)),
    seen: short(facet),
    old: short(old),
    new: short(now),
  };
}

/** Without the path of the file: `total(1.005)`, `new Cart("a")`. */
function nameOf({ package: name, call }: Pick<Difference, 'package' | 'call'>): string {
  const [made, rest] = call.startsWith('new ') ? ['new ', call.slice(4)] : ['', call];
  if (!rest.startsWith(name)) return call;
  const own = rest.slice(name.length);
  return own.startsWith('.') ? `${made}${own.slice(1)}` : `${made}module.exports${own}`;
}

/** Seeing no difference counts only where something was seen. */
function doubt({
  observed,
  counts,
  changeClass,
  evidence,
}: {
  observed: Observed;
  counts: Counts;
  changeClass: ChangeClass;
  evidence: JsonObject;
}): Finding | undefined {
  const gaps = [...new Set([...observed.base, observed.head].flatMap((run) => run.gaps))];
  if (gaps.length > 0) {
    const why = gaps.slice(0, shown).map(short).join(', ');
    return unknown(changeClass, 'own-truncated', `Not all that callers see was recorded: ${why}.`, evidence);
  }
  const isCompared = counts.some(([, { compared }]) => compared > 0);
  const unreached = counts.filter(([, { compared }]) => compared === 0);
  // A person reads all of class `other`; what nobody reads must be compared file by file.
  if (unreached.length === 0 || (isCompared && changeClass === 'other')) return undefined;
  const masked = unreached.find(([, count]) => count.masked > 0);
  if (masked !== undefined) {
    const why = `What callers see of ${short(masked[0])} differs from run to run of the base.`;
    return unknown(changeClass, 'own-all-masked', why, evidence);
  }
  const why = `No test was seen to call ${namesOf(unreached)}, so nothing of it was compared.`;
  return changeClass === 'other'
    ? finding('pass', 'own-not-reached', why, evidence)
    : unknown(changeClass, 'own-not-reached', why, evidence);
}

function sameReason(counts: Counts): string {
  const reached = counts.filter(([, { compared }]) => compared > 0);
  const total = reached.reduce((sum, [, { compared }]) => sum + compared, 0);
  const calls = counted(total, 'call', 'calls');
  const reason = `${calls} of ${namesOf(reached)} ${total === 1 ? 'does' : 'do'} what callers saw before.`;
  const rest = counts.filter(([, { compared }]) => compared === 0);
  return rest.length === 0 ? reason : `${reason} Nothing was compared of ${namesOf(rest)}.`;
}

function namesOf(counts: Counts): string {
  const [first] = counts;
  if (counts.length !== 1 || first === undefined)
    return counted(counts.length, 'changed file', 'changed files');
  return short(first[0]);
}

/** Those with the least to show first. */
function tableOf(counts: Counts): JsonObject[] {
  return counts
    .toSorted(([, a], [, b]) => a.compared - b.compared)
    .slice(0, shown)
    .map(([name, count]) => ({ file: short(name), ...count }));
}

/** What callers used, and what the file no longer exports, though it was loaded. */
function goneExports({ base, head }: Observed, modules: readonly string[]): readonly Difference[] {
  const now = exportsOf(head);
  return modules.flatMap((name) => {
    if (!head.loads.some((load) => load.package === name)) return [];
    const gone = [...exportsOf(base[0])].filter(([path, of]) => of === name && !now.has(path));
    return gone
      .filter(([path]) => base.every((run) => isUsed(run, name, path)))
      .map(([path]) => ({
        kind: 'exception' as const,
        package: name,
        call: path,
        facet: 'export',
        old: 'there',
        new: 'gone',
      }));
  });
}

/** By path, of which file. */
function exportsOf({ calls }: Behaviour): ReadonlyMap<string, string> {
  const found = [...calls.values()].filter(({ facets }) => facets.has('export'));
  return new Map(found.map((call) => [call.path, call.package]));
}

function isUsed({ calls }: Behaviour, name: string, path: string): boolean {
  const below = ['.', '(', '~'];
  return [...calls.values()].some((call) => {
    if (call.package !== name || call.facets.has('export')) return false;
    const own = call.path.replace(/^new /, '');
    return own === path || (own.startsWith(path) && below.includes(own.charAt(path.length)));
  });
}
