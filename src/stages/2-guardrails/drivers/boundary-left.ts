import type { ApiFile } from '../../../domain/api.ts';
import type { Behaviour } from '../../../domain/behaviour.ts';
import type { PlannedMutant } from '../mutation/boundary/plan.ts';
import type { MutationFacts } from '../mutation/plan.ts';
import type { ShownPath } from './prompt.ts';

/** A fault that the project's own tests were seen not to notice. */
export type Survivor = PlannedMutant;

/** Why there is none to be noticed. */
export type NothingLeft = 'unmeasured' | 'nothing-left' | 'not-reached';

export function leftBy(mutation: MutationFacts): readonly Survivor[] | NothingLeft {
  if (mutation.kind !== 'boundary') return 'unmeasured';
  const { plan, run } = mutation;
  if (plan.idle.length === 0 && plan.mutants.length === 0) return 'not-reached';
  if (run?.kind !== 'ran' || !run.steady || run.states.size === 0) return 'unmeasured';
  const left = plan.chosen.filter(({ id }) => run.states.get(id) === 'survived');
  return left.length === 0 ? 'nothing-left' : left;
}

const mostPaths = 40;
const mostCalls = 3;
const mostArguments = 200;

/** What a model is shown of the functions whose faults survive, those first of which most do. */
export function shownPaths(left: readonly Survivor[], { calls }: Behaviour): readonly ShownPath[] {
  const byPath = Map.groupBy(left, ({ of }) => of);
  const ranked = [...byPath].toSorted(([, a], [, b]) => b.length - a.length).slice(0, mostPaths);
  return ranked.map(([{ package: name, path }, faults]) => {
    const own = [...calls.values()].filter((call) => call.package === name && call.path === path);
    const seen = own.filter(({ args }) => args !== '').slice(0, mostCalls);
    return {
      package: name,
      path,
      faults: faults.map(({ fault }) => fault),
      calls: seen.map(({ args }) => args.slice(0, mostArguments)),
    };
  });
}

const mostDeclarations = 24 * 1024;

/** As many declarations as a model is shown; those first that name what is called. */
export function cutDeclarations(
  files: readonly ApiFile[],
  paths: readonly Pick<ShownPath, 'path'>[],
): readonly { readonly file: string; readonly text: string }[] {
  const names = paths.flatMap(({ path }) => /[\w$]+(?=\W*$)/.exec(path)?.[0] ?? []);
  const score = (text: string) => names.filter((name) => text.includes(name)).length;
  const ranked = files
    .filter(({ path }) => /\.d\.[cm]?ts$/.test(path))
    .toSorted((a, b) => score(b.text) - score(a.text) || a.text.length - b.text.length);
  let left = mostDeclarations;
  return ranked.flatMap(({ path, text }) => {
    if (left <= 0) return [];
    const cut = text.slice(0, left);
    left -= cut.length;
    return [{ file: path, text: cut }];
  });
}
