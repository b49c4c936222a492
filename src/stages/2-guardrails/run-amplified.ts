import type { Lockfile } from '../../domain/lockfile.ts';
import type { DeclaredFunction } from '../../domain/parameter-types.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import { amplify } from './characterization/amplify/amplify.ts';
import {
  functionsOf,
  keyOf,
  promisesOf,
  typesOf,
  type Versions,
} from './characterization/amplify/declared.ts';
import { isUpdate, judgeTests } from './characterization/characterization.ts';
import { joinProduction, judgeProduction } from './characterization/production.ts';
import type { Facts } from './facts.ts';
import { needsNoSecondRun } from './one-base-run.ts';
import { type GuardrailPorts, gatherer } from './run-ports.ts';

/** Of those, declarations are read. */
const mostPackages = 10;

type Needed = Pick<Facts, 'lock' | 'registry' | 'tests' | 'replayed'>;

export const gatherAmplified = gatherer<'amplified'>()({
  needs: ['lock', 'registry', 'tests', 'replayed'],
  cost: 'heavy',
  async gather({ deps, settings, change, found }) {
    const { base, tree: head, packages } = change.classification;
    const calls = inputsOf(found);
    if (calls.length === 0) return { kind: 'none' };
    const declared = new Map<string, DeclaredFunction>();
    const names = new Set(calls.map((call) => call.package));
    for (const update of packages.filter(isUpdate).slice(0, mostPackages)) {
      if (!names.delete(update.name)) continue;
      const own = calls.filter((call) => call.package === update.name);
      for (const [key, one] of await declarationsOf(deps, update, own, found.lock.head))
        declared.set(key, one);
    }
    const varied = amplify(calls, (call) => declared.get(keyOf(call)));
    if (varied.length === 0) return { kind: 'none' };
    const undeclared = calls.filter((call) => !declared.has(keyOf(call))).map((call) => call.package);
    const made = varied.map(({ call }) => call);
    const sides = { base, head, isSettled: needsNoSecondRun };
    const replay = await deps.replayer.replayEach(settings.commands, sides, made);
    return { kind: 'made', varied, undeclared: [...new Set(undeclared)], replay };
  },
});

/** Empty also where a person decides anyway: nothing that is tried could be better than that. */
function inputsOf(found: Needed): readonly RecordedCall[] {
  const { tests, replayed } = found;
  if (joinProduction(judgeTests(found), judgeProduction(replayed)).verdict !== 'pass') return [];
  const observed = tests.configured ? tests.observed : undefined;
  const own = observed?.kind === 'observed' ? (observed.base[0].inputs ?? []) : [];
  return [...own, ...(replayed.kind === 'made' ? replayed.chosen.calls : [])];
}

/** By `keyOf` a call; without those that neither version declares. */
async function declarationsOf(
  { registry, api }: Pick<GuardrailPorts, 'registry' | 'api'>,
  { name, from, to }: Versions,
  calls: readonly RecordedCall[],
  lock: Lockfile | undefined,
): Promise<ReadonlyMap<string, DeclaredFunction>> {
  let [old, now] = [
    promisesOf(await registry.contents(name, from)),
    promisesOf(await registry.contents(name, to)),
  ];
  const types = old === undefined && now === undefined ? typesOf(name, lock) : undefined;
  if (types !== undefined) old = now = promisesOf(await registry.contents(types.name, types.version));
  if (old === undefined || now === undefined) return new Map();
  const functions = functionsOf(calls);
  const found = (await api.parameters({ name, old, now, functions })) ?? [];
  const known = functions.map((asked, at) => [keyOf(asked), found[at] ?? { old: [], now: [] }] as const);
  return new Map(known.filter(([, each]) => each.old.length + each.now.length > 0));
}
