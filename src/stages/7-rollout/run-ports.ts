import type { Conclusion } from '../../domain/decision.ts';
import type { ReleaseReport, RolloutReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import type { Controls } from '../../ports/controls.ts';
import type { FlagStore } from '../../ports/flags.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { SelfReportSource } from '../../ports/self-reports.ts';
import type { Witness } from '../../ports/witness.ts';
import type { Autonomy } from '../../views/autonomy.ts';
import type { Ledger } from '../../views/ledger.ts';

export type RolloutPorts = {
  readonly rules: RulesSource;
  readonly controls: Controls;
  readonly flags: FlagStore;
  readonly runtime: Runtime;
  readonly witness: Witness;
  readonly reports: SelfReportSource;
  readonly ledger: () => Promise<Ledger>;
  readonly autonomy: () => Promise<Autonomy>;
  /** A fresh, unguessable name. */
  readonly nonce: () => string;
};

export type Deploys = Extract<ReleaseReport, { deploys: true }>;
export type Outcome = StageOutcome<RolloutReport>;

export function stop(conclusion: Conclusion): Outcome {
  return { kind: 'stop', conclusion };
}

export function again(ctx: StageContext, afterMs: number): Outcome {
  return { kind: 'again', at: new Date(ctx.now.getTime() + afterMs) };
}
