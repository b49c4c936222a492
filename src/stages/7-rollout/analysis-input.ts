import type { Observation } from '../../domain/rollout.ts';
import { effectivePlan, type Position } from './position.ts';
import type { RolloutSettings } from './settings.ts';
import type { AnalyzeInput } from './situation.ts';

export function analysisInput(
  position: Position,
  settings: RolloutSettings,
  observation: Observation | undefined,
  now: Date,
): AnalyzeInput {
  return {
    plan: effectivePlan(settings.plan, position),
    step: position.step,
    stepSince: new Date(position.stepSince),
    observation,
    epochAtStart: position.epoch ?? undefined,
    now,
    staleAfterSeconds: settings.staleAfterSeconds,
  };
}
