import { testOfCall } from '../agents/crash-fix/crash-test.ts';
import type { FoundFix } from '../agents/crash-fix/run.ts';
import { guessCall } from '../agents/crash-fix/run-guess.ts';
import { defaultFixLimits, type FixDeps, findFix } from '../agents/crash-fix/run-search.ts';
import type { Config } from '../config/schema.ts';
import type { Sha } from '../domain/change.ts';
import type { Crash } from '../domain/crash.ts';
import type { FixSearch } from '../domain/crash-fix.ts';
import type { JsonObject } from '../domain/json.ts';
import { plainText } from '../domain/plain.ts';
import { withinBytes } from '../domain/within-bytes.ts';
import { testCommands } from '../engine/test-commands.ts';

/** In one entry of the journal, which takes 64 KiB in all. */
const mostBytes = 32 * 1024;

/** Looks for a call that shows the crash, then for the edit after which it does not. */
export async function findCrashFix(
  deps: FixDeps,
  config: Config,
  { crash, tip }: { readonly crash: Crash; readonly tip: Sha },
): Promise<FoundFix> {
  const { attempts, minutes } = config.agents['crash-fix'];
  const commands = testCommands(config);
  const none = { files: undefined, test: new Map(), record: {} };
  if (commands === undefined)
    return { ...none, ended: { code: 'crash-fix.no-tests', reason: 'No test command is configured.' } };
  const call = await guessCall(deps, crash, { tip, commands });
  const reproducing = call && testOfCall(crash.signature, call);
  const limits = { ...defaultFixLimits, attempts, seconds: minutes * 60, fixes: 1 };
  const found = await findFix(deps, { crash, tip, commands, limits, reproducing });
  const [best] = found.fixes;
  return {
    files: best?.files,
    test: reproducing?.files ?? new Map(),
    record: toldSearch(found, call === undefined ? (found.reproducedBy ?? null) : 'guessed-call'),
    ended: found.ended,
  };
}

/** What the journal keeps of a search, bounded. DANGER: details are what code under test printed. */
export function toldSearch(
  { places, tried, fixes, ended }: FixSearch,
  reproducedBy: string | null,
): JsonObject {
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
  };
}
