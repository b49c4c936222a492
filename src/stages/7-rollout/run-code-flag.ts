import { type CodeFlagFate, codeFlagNote, codeFlagsAdded, unfitCodeFlags } from '../../domain/code-flag.ts';
import { lookNote, readExposure } from '../../domain/exposure.ts';
import type { StageContext } from '../../domain/stage.ts';
import { type Position, positionNote, turnedToCode } from './position.ts';
import { again, type Deploys, type Outcome, stop } from './run-ports.ts';

/** Before anybody is exposed to anything: what could not be rolled out whole is not begun. undefined: it can be. */
export function heldForItsFlags({ results }: StageContext): Outcome | undefined {
  const why = unfitCodeFlags(codeFlagsAdded(results.guardrails?.results ?? []));
  return why === undefined
    ? undefined
    : stop({ outcome: 'held', code: 'rollout.code-flags', reasons: [why] });
}

/** What the two arms are: two versions, or one version with its flag off and on. */
export function armsOf(release: Deploys, position: Position | undefined): Deploys {
  return position?.code == null ? release : { ...release, stable: release.digest };
}

/** Everybody has what this position gives, and the watch is over: on to the flag that guards its new code, or the end. */
export async function settled(ctx: StageContext, position: Position): Promise<Outcome> {
  const [code] = codeFlagsAdded(ctx.results.guardrails?.results ?? []);
  if (code === undefined) return landed(ctx, position);
  if (position.code == null) {
    await ctx.note(positionNote, turnedToCode(position, code));
    return again(ctx, 0);
  }
  await noteFate(ctx, position, 'promoted');
  return landed(ctx, position);
}

export async function noteFate(
  ctx: StageContext,
  { code, flag }: Position,
  state: CodeFlagFate['state'],
): Promise<void> {
  if (code == null || ctx.recall(codeFlagNote) !== undefined) return;
  await ctx.note(codeFlagNote, { key: code, flag, state, at: ctx.now.toISOString() });
}

function landed(ctx: StageContext, { code, flag, since, watchedSince }: Position): Outcome {
  const until = watchedSince ?? ctx.now.toISOString();
  const seconds = (Date.parse(until) - Date.parse(since)) / 1000;
  const exposure = readExposure(ctx.recall(lookNote));
  const codeFlag = code == null ? {} : { codeFlag: { key: code, flag } };
  return { kind: 'done', data: { ran: true, flag, seconds, ...exposure, ...codeFlag } };
}
