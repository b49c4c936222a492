import { modelAgent } from '../domain/agents.ts';
import { isRecord, type JsonRecord } from '../domain/npm/hostile-json.ts';
import { type CrossProblem, unknownModel } from './cross-problem.ts';

type Path = CrossProblem['path'];

/** Keys of `agents.tasks` that hold rules by which tasks are begun. */
const kinds = ['scheduled', 'issues', 'refusals'] as const;

/** What agents and rules of tasks name, where there is none of that name; and what they name twice. */
export function agentProblems(config: Readonly<Record<string, unknown>>): readonly CrossProblem[] {
  const { agents: all, models } = config;
  if (!isRecord(all) || !isRecord(models)) return [];
  const rules = rulesIn(all.tasks);
  const asked = [
    ...commandModels(all.command),
    ...modelModels(all.model, ['model', 'model']),
    ...modelModels(all['crash-fix'], ['crash-fix', 'model']),
    ...rules.flatMap(({ one, path }) => modelModels(one, [...path, 'model'])),
  ];
  const unknown = asked.flatMap(({ model, path }) =>
    Object.hasOwn(models, model) ? [] : [unknownModel(models, ['agents', ...path])],
  );
  const own = isRecord(all.command) ? Object.keys(all.command) : [];
  return [
    ...unknown,
    ...unknownAgents(rules, own),
    ...withoutModel(rules, all, models),
    ...namedTwice(rules),
    ...rules.flatMap((rule) => [...notForPrograms(rule, own), ...unpriced(rule, all, models)]),
  ];
}

type Rule = { readonly name: string; readonly one: JsonRecord; readonly path: Path };

function rulesIn(tasks: unknown): readonly Rule[] {
  if (!isRecord(tasks)) return [];
  return kinds.flatMap((kind) => {
    const rules = tasks[kind];
    return Object.entries(isRecord(rules) ? rules : {}).flatMap(([name, one]) =>
      isRecord(one) ? [{ name, one, path: ['tasks', kind, name] }] : [],
    );
  });
}

function unknownAgents(rules: readonly Rule[], own: readonly string[]): readonly CrossProblem[] {
  const known = [modelAgent, ...own];
  return rules.flatMap(({ one: { agent }, path }) => {
    if (typeof agent !== 'string' || known.includes(agent)) return [];
    const mend = `use one of: ${known.join(', ')}; or add it to agents.command`;
    const expected = 'model, or the name of an agent under agents.command';
    return [{ path: ['agents', ...path, 'agent'], expected, mend }];
  });
}

/** Each of its tasks would begin, and be given up. */
function withoutModel(
  rules: readonly Rule[],
  agents: JsonRecord,
  models: JsonRecord,
): readonly CrossProblem[] {
  if (modelModels(agents.model, []).length > 0) return [];
  return rules.flatMap(({ one, path }) => {
    if (one.agent !== modelAgent || modelModels(one, []).length > 0) return [];
    const [known = 'NAME'] = Object.keys(models);
    const mend = `write model: ${known} here or in agents.model${known === 'NAME' ? ', and describe it under models' : ''}`;
    const expected = 'an agent of agents.command, or model: beside it';
    return [{ path: ['agents', ...path, 'agent'], expected, mend }];
  });
}

/** What `autoland task` refuses to tell a program of the operator's. */
function notForPrograms({ one, path }: Rule, programs: readonly string[]): readonly CrossProblem[] {
  if (!programs.includes(String(one.agent))) return [];
  const at = (key: string) => ['agents', ...path, key];
  const mend = `leave it out, or write agent: ${modelAgent}`;
  const own = (['model', 'class'] as const)
    .filter((key) => typeof one[key] === 'string')
    .map((key) => ({ path: at(key), expected: `${key} for the agent ${modelAgent} alone`, mend }));
  if (typeof one.text !== 'string' || !one.text.trimStart().startsWith('-')) return own;
  const words = 'say it in words: what begins with - is an option to most programs';
  return [...own, { path: at('text'), expected: 'a task that begins with a word', mend: words }];
}

/** The journal knows a task's rule by its name alone. */
function namedTwice(rules: readonly Rule[]): readonly CrossProblem[] {
  return rules.flatMap(({ name, path }, at) => {
    const isKnown = rules.findIndex((other) => other.name === name) < at;
    const expected = 'a name that no other rule of agents.tasks has';
    return isKnown ? [{ path: ['agents', ...path], expected, mend: `rename it, such as ${name}-2` }] : [];
  });
}

/** Dollars cannot be counted of a model without prices. */
function unpriced({ one, path }: Rule, agents: JsonRecord, models: JsonRecord): readonly CrossProblem[] {
  const { budget, agent, model } = one;
  if (!isRecord(budget) || (budget.dollars ?? null) === null) return [];
  const asked =
    agent === modelAgent
      ? modelModels({ model: model ?? (isRecord(agents.model) ? agents.model.model : null) }, [])
      : commandModels(agents.command).filter(({ path: [, name] }) => name === agent);
  const without = asked
    .map(({ model: name }) => name)
    .filter((name) => {
      const known = models[name];
      return isRecord(known) && (known.prices ?? null) === null;
    });
  if (without.length === 0) return [];
  const expected = `prices of ${without.join(', ')}, since this budget counts dollars`;
  const mend = 'write prices: { input: 3, output: 15 } there as its provider asks, or limit tokens instead';
  return [{ path: ['agents', ...path, 'budget'], expected, mend }];
}

type AskedModel = { readonly model: string; readonly path: Path };

function commandModels(command: unknown): readonly AskedModel[] {
  return Object.entries(isRecord(command) ? command : {}).flatMap(([name, settings]) => {
    const all = isRecord(settings) && Array.isArray(settings.models) ? settings.models.map(String) : [];
    return all.map((model, at) => ({ model, path: ['command', name, 'models', at] }));
  });
}

function modelModels(settings: unknown, path: Path): readonly AskedModel[] {
  const model = isRecord(settings) ? settings.model : undefined;
  return typeof model === 'string' ? [{ model, path }] : [];
}
