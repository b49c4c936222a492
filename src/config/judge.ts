import { z } from 'zod';
import { changeClasses } from '../domain/change.ts';
import { lensNames } from '../domain/judgement.ts';
import { isRecord } from '../domain/npm/hostile-json.ts';
import { type CrossProblem, unknownModel } from './cross-problem.ts';
import { count, duration, wants } from './fields.ts';

const wantsPanel = wants(
  'the names of one or more models, each once',
  'name models of at least two families: panel: [one, two]',
);
const namePattern = /^[a-z][a-z0-9-]{0,39}$/;
const modelName = z.string(wantsPanel).regex(namePattern, wantsPanel);

const panelJudge = z.strictObject({
  panel: z
    .array(modelName, wantsPanel)
    .min(1, wantsPanel)
    .max(5, wantsPanel)
    .refine((names) => new Set(names).size === names.length, wantsPanel)
    .describe('The models that look at every change, by their names in models'),
  families: z
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe("So many families of models, none of them the author's, must have no objection"),
  lenses: z
    .partialRecord(z.enum(changeClasses), z.array(z.enum(lensNames)))
    .default({})
    .describe('What is asked of a class besides correctness, security, operations and what goes with it'),
  timeout: duration
    .refine((seconds) => seconds <= 3600, wants('at most an hour', 'write it as 10m'))
    .prefault('10m')
    .describe('After this whoever has not answered has abstained'),
  atOnce: z.int().min(1).max(16).default(4).describe('Requests that are under way at once'),
  maxKiB: count.default(128).describe('A larger change is not shown to models'),
  maxTokens: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(2_000_000)
    .describe('Read and written for one change; nothing is asked beyond it'),
  maxOutputTokens: z
    .int()
    .min(1_000)
    .max(1_000_000)
    .default(16_000)
    .describe('Of one answer, with what a model thinks; an answer that is cut off abstains'),
  canaries: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe(
      'Once the judge has standing: how many judged changes are followed by one that measures it; 0: never',
    ),
});

const wantsJudge = wants('none, or a panel of models', 'write judge: none, or judge: { panel: [one, two] }');

/** The key `judge`. */
export const judge = z
  .union([z.literal('none'), panelJudge], wantsJudge)
  .default('none')
  .describe('Models that may veto a change or abstain; none: policies must waive it');

export type JudgePanel = z.output<typeof panelJudge>;

/** What does not fit between the judge, the models and the agents that write with one; of other shapes it says nothing. */
export function judgeProblems(config: Readonly<Record<string, unknown>>): readonly CrossProblem[] {
  const { judge: wanted, models, agents } = config;
  if (!isRecord(wanted) || !isRecord(models) || !Array.isArray(wanted.panel)) return [];
  const panel = wanted.panel.map(String);
  const isList = panel.length > 0 && new Set(panel).size === panel.length;
  if (!isList || panel.some((name) => !namePattern.test(name))) return [];
  const unknown = panel.flatMap((name, at) =>
    Object.hasOwn(models, name) ? [] : [unknownModel(models, ['judge', 'panel', at])],
  );
  if (unknown.length > 0) return unknown;
  const families = [...new Set(panel.map((name) => familyOf(models, name)))];
  const needed = Number(wanted.families);
  if (families.length < needed) return [tooFewFamilies(families, needed)];
  return isRecord(agents) ? writingAgents(agents, models).flatMap(sharesFamily(families, needed)) : [];
}

function tooFewFamilies(families: readonly string[], needed: number): CrossProblem {
  return {
    path: ['judge', 'panel'],
    expected: `models of ${needed} families (of one family they have the same blind spots), and all are ${families.join(', ')}`,
    mend: 'add a model of another family, or say that fewer do: families: 1',
  };
}

type Writer = {
  /** Where the configuration says so. */
  readonly path: CrossProblem['path'];
  readonly model: string;
  readonly family: string;
};

function writingAgents(
  agents: Readonly<Record<string, unknown>>,
  models: Readonly<Record<string, unknown>>,
): readonly Writer[] {
  const { command, ...own } = agents;
  const writers = Object.entries(own).flatMap(([agent, settings]) => {
    if (!isRecord(settings) || typeof settings.model !== 'string' || settings.enabled === false) return [];
    return [{ path: ['agents', agent, 'model'], model: settings.model }];
  });
  return [...writers, ...writersIn(command)].flatMap(({ path, model }) =>
    Object.hasOwn(models, model) ? [{ path, model, family: familyOf(models, model) }] : [],
  );
}

function writersIn(command: unknown): readonly Pick<Writer, 'path' | 'model'>[] {
  if (!isRecord(command)) return [];
  return Object.entries(command).flatMap(([name, settings]) =>
    isRecord(settings) && Array.isArray(settings.models)
      ? settings.models.map((model, at) => ({
          path: ['agents', 'command', name, 'models', at],
          model: String(model),
        }))
      : [],
  );
}

/** A judge goes easy on what its own family wrote. */
function sharesFamily(families: readonly string[], needed: number) {
  return ({ path, model, family }: Writer): readonly CrossProblem[] => {
    const others = families.filter((one) => one !== family);
    if (others.length >= needed) return [];
    return [
      {
        path,
        expected: `a model of which ${needed} families of the judge's panel are independent: ${model} is ${family}, and of others the panel has ${others.length === 0 ? 'none' : others.join(', ')}`,
        mend: 'let another family write, or add another one to judge.panel',
      },
    ];
  };
}

function familyOf(models: Readonly<Record<string, unknown>>, name: string): string {
  const model = models[name];
  return isRecord(model) && typeof model.family === 'string' ? model.family : `unknown (${name})`;
}
