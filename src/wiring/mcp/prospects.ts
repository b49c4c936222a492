import { levelOf } from '../../config/policy-digest.ts';
import { type Config, servicesOf } from '../../config/schema.ts';
import { type ChangeClass, changeClasses } from '../../domain/change.ts';
import { irreversiblePaths } from '../../domain/irreversible.ts';
import type { ClassAllowed, RefAllowed } from '../../server/mcp/desk.ts';
import { allGuardrails } from '../../stages/2-guardrails/all.ts';
import type { Policies } from '../../stages/4-policy/cedar.ts';
import { type Beforehand, needsOf, prospect } from '../../stages/4-policy/prospect.ts';
import { type Autonomy, demotionBelow, demotionsOf, effectiveLevel } from '../../views/autonomy.ts';
import type { Classed } from './class-ref.ts';

/** What an answer rests on besides the diff. */
export type Known = {
  readonly config: Config;
  readonly source: string;
  readonly autonomy: Autonomy;
  readonly policies: Policies;
  readonly unsignedAllowed: boolean;
};

const guardrails = allGuardrails.map(({ name }) => name);

/** What it needs is told of one class only: of all it would be more than anybody reads. */
export function classesAllowed(wanted: ChangeClass | undefined, known: Known): readonly ClassAllowed[] {
  const classes = wanted === undefined ? changeClasses.filter(isForAgents) : [wanted];
  return classes.map((one) => {
    const before = beforehand(bare(one), known);
    const configured = levelOf(known.config.autonomy, one);
    const found = {
      class: one,
      level: { configured, effective: effectiveLevel(known.autonomy, configured, one) },
      demotedFor: demotionsOf(known.autonomy, one).map(({ change, code, at }) => ({ change, code, at })),
      ifAllPass: prospect(before, guardrails, known.policies),
    };
    if (wanted === undefined) return found;
    return { ...found, needs: needsOf(before, guardrails, known.policies) };
  });
}

/** Reverts are made here, by whoever took something back: what an agent hands in is never classed as one. */
function isForAgents(one: ChangeClass): boolean {
  return one !== 'other' && one !== 'revert';
}

const shown = 50;

export function refAllowed({ head, outcome }: Classed, known: Known): RefAllowed {
  if (outcome.kind === 'stop') {
    const nothing = { files: 0, addedLines: 0, removedLines: 0, protectedPaths: [], packages: [] };
    const { code, reasons } = outcome.conclusion;
    return { head, class: null, code, reasons, ...nothing, ifAllPass: null, needs: null };
  }
  const { files, packages, protectedPaths, ...found } = outcome.data;
  const before = beforehand(outcome.data, known);
  const total = (key: 'added' | 'removed') => files.reduce((sum, file) => sum + file[key], 0);
  return {
    head,
    class: found.class,
    code: null,
    reasons: found.reasons,
    files: files.length,
    addedLines: total('added'),
    removedLines: total('removed'),
    protectedPaths: protectedPaths.slice(0, shown),
    packages: packages.slice(0, shown).map(({ name, from, to }) => ({ name, from, to })),
    ifAllPass: prospect(before, guardrails, known.policies),
    needs: needsOf(before, guardrails, known.policies),
  };
}

/** A class as such: of a change that touches nothing yet. */
function bare(of: ChangeClass): Beforehand['classification'] {
  return { class: of, files: [], packages: [], protectedPaths: [] };
}

function beforehand(
  classification: Beforehand['classification'],
  { config, source, autonomy, unsignedAllowed }: Known,
): Beforehand {
  const of = classification.class;
  const configured = levelOf(config.autonomy, of);
  const isDeployed = of !== 'revert' && servicesOf(config).length > 0;
  return {
    classification,
    source,
    target: config.branch,
    level: effectiveLevel(autonomy, configured, of),
    demotion: demotionBelow(autonomy, of, configured),
    irreversible: isDeployed ? irreversiblePaths(classification.files, config.rollout.irreversible) : [],
    unsignedAllowed,
    judge: config.judge === 'none' || of === 'revert' ? 'not-configured' : 'no-objection',
  };
}
