import type { Entry } from '../domain/journal.ts';
import type { Json, JsonObject } from '../domain/json.ts';

/** One thing that was done to a flag, whoever did it. */
export type FlagAct = {
  readonly at: string;
  readonly flag: string;
  readonly by: string;
  readonly what: string;
};

/**
 * What the journal says was done to the flags of a change: raised, closed, retired, and killed by somebody outside its
 * rollout. `kills` are all the kills that are journalled; those of other flags are left out.
 */
export function flagHistory(ofChange: readonly Entry[], kills: readonly Entry[]): readonly FlagAct[] {
  const intents = new Map(
    ofChange.filter(({ type }) => type === 'effect.intended').map(({ data }) => [data.key, data.intent]),
  );
  const done = ofChange.filter(({ type }) => type === 'effect.done');
  const acts = done.flatMap((entry) => flagAct(entry, intents.get(entry.data.key)));
  const flags = new Set(
    acts.flatMap(({ act, code }) => (code === undefined ? [act.flag] : [act.flag, code])),
  );
  const killed = kills.flatMap((entry) => (flags.has(String(entry.data.flag)) ? [killAct(entry)] : []));
  return [...acts, ...killed].sort(byTime).map(({ act }) => act);
}

/** `code`: its name in the code, which kills it too. */
type Placed = { readonly index: number; readonly act: FlagAct; readonly code?: string };

/** A kill may be journalled long after it was made. */
function byTime(a: Placed, b: Placed): number {
  return Date.parse(a.act.at) - Date.parse(b.act.at) || a.index - b.index;
}

const words: readonly (readonly [RegExp, (intent: JsonObject) => string | undefined])[] = [
  [/^expose-/, ({ weight, code }) => `set to ${percent(weight)} of users${asCode(code)}`],
  [/^promote-/, ({ code }) => (code === undefined ? undefined : `on for everybody${asCode(code)}`)],
  [/^try-/, ({ weight, why }) => `set to ${percent(weight)} of users: ${String(why)}`],
  [/^clear-/, ({ why }) => `retired: ${String(why)}`],
  [/^close-/, ({ code, why }) => `closed, ${String(code)}: ${String(why)}`],
  [/^retire-/, () => 'retired: everybody has the version'],
];

function flagAct(entry: Entry, intent: Json | undefined): Placed[] {
  const step = String(entry.data.step);
  const [, word] = words.find(([pattern]) => pattern.test(step)) ?? [];
  if (word === undefined || !isObject(intent) || typeof intent.flag !== 'string') return [];
  const { at, actor: by, index } = entry;
  const what = word(intent);
  if (what === undefined) return [];
  const act = { at, flag: intent.flag, by, what };
  // Of a closing, `code` says why.
  const isNamed = typeof intent.code === 'string' && !step.startsWith('close-');
  return [isNamed ? { index, act, code: String(intent.code) } : { index, act }];
}

/** It was closed when its tombstone was written, which may be long before the journal heard of it. */
function killAct({ index, at, actor, data }: Entry): Placed {
  const why = typeof data.reason === 'string' ? `: ${data.reason}` : '';
  const flag = String(data.flag);
  const when = typeof data.at === 'string' ? data.at : at;
  return { index, act: { at: when, flag, by: actor, what: `killed${why}` } };
}

function asCode(code: Json | undefined): string {
  return typeof code === 'string' ? `, as ${code}` : '';
}

function percent(weight: Json | undefined): string {
  return typeof weight === 'number' ? `${Number((weight * 100).toFixed(2))} %` : 'an unknown share';
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
