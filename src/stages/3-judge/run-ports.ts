import type { ChangeClass } from '../../domain/change.ts';
import type { Standing } from '../../domain/judgement.ts';
import type { ModelSource } from '../../ports/models.ts';
import type { RulesSource } from '../../ports/rules.ts';
import type { AskPorts } from './run-asks.ts';
import type { ShownPorts } from './run-shown.ts';

export type JudgePorts = AskPorts &
  ShownPorts & {
    readonly rules: RulesSource;
    readonly models: ModelSource;
    /** Of the judge with that digest (of panel, prompts and families), for changes of the class. */
    readonly standing: (judge: string, of: ChangeClass) => Promise<Standing>;
  };
