import { defaultFixLimits } from '../../agents/crash-fix/limits.ts';
import type { FoundFix } from '../../agents/crash-fix/run.ts';
import { findCall } from '../../agents/crash-fix/run-guess.ts';
import { findFix } from '../../agents/crash-fix/run-search.ts';
import type { FixDeps } from '../../agents/crash-fix/run-trials.ts';
import type { Config } from '../../config/schema.ts';
import type { Sha } from '../../domain/change.ts';
import type { Crash } from '../../domain/crash.ts';
import type { FixSearch } from '../../domain/crash-fix.ts';
import type { JsonObject } from '../../domain/json.ts';
import { plainText } from '../../domain/plain.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import { withinBytes } from '../../domain/within-bytes.ts';
import { testCommands } from '../../engine/test-commands.ts';
import type { Asking, OpenSamples } from './crash-samples.ts';

/** In one entry of the journal, which takes 64 KiB in all. */
const mostBytes = 32 * 1024;

export type CrashWish = {
  readonly crash: Crash;
  readonly tip: Sha;
  readonly samples: OpenSamples;
  readonly recorded: readonly RecordedCall[];
};

/** Looks for a call that shows the crash, then for the edit after which it does not. */
export async function findCrashFix(
  deps: FixDeps,
  config: Config,
  { crash, tip, samples, recorded }: CrashWish,
): Promise<FoundFix> {
  const { attempts, minutes } = config.agents['crash-fix'];
  const commands = testCommands(config);
  const none = { files: undefined, test: new Map(), record: {} };
  if (commands === undefined)
    return { ...none, ended: { code: 'crash-fix.no-tests', reason: 'No test command is configured.' } };
  const shown = await findCall(deps, crash, { tip, commands, recorded });
  const limits = { ...defaultFixLimits, attempts, seconds: minutes * 60, fixes: 1 };
  const asking = await samples();
  const asked = { crash, tip, commands, limits, call: shown?.call, samples: asking?.samples };
  const found = await findFix(deps, asked);
  const shownBy = shown === undefined ? (found.reproducedBy ?? null) : shown.by;
  return {
    files: found.fixes[0]?.files,
    test: found.test,
    record: toldSearch(found, shownBy, asking),
    told: toldOf(found, asking),
    ended: endedOf(found),
  };
}

/** What the journal keeps of a search, bounded. DANGER: details are what code under test printed, and what a model said. */
export function toldSearch(found: FixSearch, reproducedBy: string | null, asking?: Asking): JsonObject {
  const { places, tried, fixes, ended } = found;
  const [best] = fixes;
  return {
    reproducedBy,
    places: places.map(({ file, line, broughtBy }) => ({ file, line, broughtBy: broughtBy?.commit ?? null })),
    tried: withinBytes(
      tried.map((attempt) => ({ ...attempt, detail: plainText(attempt.detail, 200) })),
      mostBytes,
    ),
    triedInAll: tried.length,
    fix: best === undefined ? null : { kind: best.kind, name: best.name, size: best.size },
    ended: ended?.code ?? null,
    model: askedIn(found) === 0 || asking === undefined ? null : { ...whoOf(asking), task: asking.task },
  };
}

const whoOf = ({ identity: { name, family, scripted } }: Asking) => ({ name, family, scripted });
const askedIn = ({ tried }: FixSearch) => tried.filter(({ kind }) => kind === 'model').length;

/** A judge of the family that wrote it does not count: so the proposal says who wrote it. */
function toldOf(found: FixSearch, asking: Asking | undefined): JsonObject {
  const [best] = found.fixes;
  if (best === undefined) return {};
  const { kind, name, place } = best;
  const told = { items: [{ path: place.file, line: place.line, attempts: found.tried.length }] };
  const task = asking !== undefined && askedIn(found) > 0 ? { task: asking.task } : {};
  if (kind !== 'model' || asking === undefined)
    return { ...task, items: told.items.map((item) => ({ ...item, by: `by a ${kind}, ${name}` })) };
  const { name: model, family, scripted } = asking.identity;
  const by = `by the model ${model}${scripted ? ' (scripted)' : ''}`;
  return {
    ...{ ...task, models: [model], model: { family } },
    items: told.items.map((item) => ({ ...item, by })),
  };
}

/** A person must not take "none was found" for "the model found none". */
function endedOf({ ended, tried }: FixSearch): FoundFix['ended'] {
  const silent = tried.findLast(({ end }) => end === 'no-answer');
  if (ended === undefined || silent === undefined) return ended;
  return { ...ended, reason: `${ended.reason} Without a model's edit: ${plainText(silent.detail, 200)}.` };
}
