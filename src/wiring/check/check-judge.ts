import { flushCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { SystemClock } from '../../adapters/clock/system.ts';
import { ChildDocumentReader } from '../../adapters/document-reader/child-document-reader.ts';
import type { ChangeReader } from '../../adapters/git-host/local/change-reader.ts';
import { ChildSecretScanner } from '../../adapters/secret-scanner/child-secret-scanner.ts';
import type { KeptDrivers } from '../../domain/driver.ts';
import type { GuardrailResult } from '../../domain/verdict.ts';
import type { RecordingsFile } from '../../ports/replayer.ts';
import { type CheckedChange, checkChange, type GuardrailDeps } from '../../stages/2-guardrails/run.ts';
import { waivedGuardrails } from '../../stages/4-policy/waivers.ts';
import type { OpenInstalls } from './check-installs.ts';
import type { RangeEnds } from './check-range.ts';
import type { CheckRules } from './check-rules.ts';
import { toolsOfCheck } from './check-tools.ts';
import { offeredNotes } from './offer-drivers.ts';

export type JudgeWish = {
  readonly stopEarly: boolean;
  readonly onGuardrail: (result: GuardrailResult) => void;
  readonly onFact: (name: string, state: 'started' | 'done') => void;
};

export type ToJudge = {
  readonly git: ChangeReader;
  readonly ends: RangeEnds;
  readonly rules: CheckRules;
  readonly wish: JudgeWish;
  readonly recordings: RecordingsFile | undefined;
  readonly offer: string | undefined;
  readonly readers: Pick<GuardrailDeps, 'syntax' | 'prover'>;
  readonly change: CheckedChange;
};

/** Apart from the rest, because it takes as long to load as all else that is done before the first install. */
export async function judgeChange(check: ToJudge, installs: OpenInstalls) {
  const { git, ends, rules, wish, change, readers, recordings } = check;
  const offered: KeptDrivers[] = [];
  const deps: GuardrailDeps = {
    ...toolsOfCheck(installs, rules),
    ...readers,
    git: git.reader,
    secrets: new ChildSecretScanner(),
    documents: new ChildDocumentReader(),
    clock: new SystemClock(),
    stopEarly: wish.stopEarly,
    // People wait for it, and nothing else runs here.
    beginEarly: true,
    ...(recordings && { recordings }),
    heavyAtOnce: Math.floor(availableParallelism() / 2),
    onGuardrail: wish.onGuardrail,
    onFact: wish.onFact,
    onDrivers: (kept) => void offered.push(kept),
  };
  void installs.installed
    .then(() => installs.nextJob())
    .then(() => setTimeout(loadBeside, LOAD_AFTER_MS, rules).unref());
  const found = await checkChange(deps, rules.settings, change);
  const { classification } = change;
  const checked = { classification, guardrails: found, target: ends.base };
  const waived = waivedGuardrails(checked, await rules.policies());
  return { found, waived, notes: await offeredNotes(check.offer, offered) };
}

/**
 * After the first job that has what is installed: by then the other side's tests run too, and nobody waits for a turn. An install would be kept
 * waiting for what it asks of the registry, and between the two all that is installed is copied and looked at.
 */
const LOAD_AFTER_MS = 300;

/** Its fault is met by whoever asks for them. What Node has compiled would else be written when all is done, and waited for. */
function loadBeside({ policies }: CheckRules): void {
  policies().then(
    () => flushCompileCache(),
    () => undefined,
  );
}
