import { describe, expect, it } from 'vitest';
import type { Behaviour, Outcome } from '../../domain/behaviour.ts';
import type { PackageChange } from '../../domain/change.ts';
import type { PackageContents, PackageFile } from '../../domain/package-contents.ts';
import type { ParameterQuestion } from '../../domain/parameter-types.ts';
import type { RecordedCall } from '../../domain/recorded-call.ts';
import type { Replayer } from '../../ports/replayer.ts';
import { sampleClassification, sampleProposal } from '../../testing/changes.ts';
import { sampleSettings } from '../../testing/guardrail-settings.ts';
import { guardrailTools } from '../../testing/guardrail-tools.ts';
import type { ReplayFacts } from './characterization/facts.ts';
import type { Facts } from './facts.ts';
import { gatherAmplified } from './run-amplified.ts';
import type { GuardrailDeps } from './run-ports.ts';

const update: PackageChange = { name: 'a', path: 'node_modules/a', from: '1.0.0', to: '1.0.1', direct: true };
const sha = (letter: string) => letter.repeat(40);
const call = (...args: RecordedCall['args']): RecordedCall => ({
  package: 'a',
  kind: 'call',
  steps: ['a', 'f'],
  args,
});
const returned = (shown: string): Outcome => ({ kind: 'return', type: 'string', digest: shown, shown });

function run(shown: string, inputs: readonly RecordedCall[] = []): Behaviour {
  const seen = { package: 'a', path: 'a.f', args: '("x")', facets: new Map([['result', [returned(shown)]]]) };
  return {
    loads: [{ package: 'a', version: '1', by: undefined }],
    calls: new Map([['k', seen]]),
    gaps: [],
    inputs,
  };
}

function contents(files: Readonly<Record<string, string>>): PackageContents {
  const all = Object.entries(files).map(
    ([path, text]) => ({ path, text, kind: 'text' }) as Partial<PackageFile> as PackageFile,
  );
  return { integrity: '', files: all, links: [] };
}

type Wish = {
  readonly inputs?: readonly RecordedCall[];
  readonly head?: string;
  readonly replayed?: ReplayFacts;
  /** By `name@version`. */
  readonly packages?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly locked?: Readonly<Record<string, string>>;
  readonly observed?: 'disturbed' | 'nothing';
};

async function gather({
  inputs = [],
  head = '1',
  replayed = { kind: 'none' },
  packages = {},
  locked = {},
  observed,
}: Wish) {
  const asked: (readonly RecordedCall[])[] = [];
  const questions: ParameterQuestion[] = [];
  const replayer: Replayer = {
    replay: () => Promise.reject(new Error('asked to replay')),
    replayEach: (_commands, _sides, calls) => {
      asked.push(calls);
      return Promise.resolve({ kind: 'ended', side: 'head' });
    },
  };
  const tools = guardrailTools();
  const deps = {
    ...tools,
    replayer,
    registry: {
      contents: async (name: string, version: string) => contents(packages[`${name}@${version}`] ?? {}),
    },
    api: {
      parameters: async (question: ParameterQuestion) => {
        questions.push(question);
        const way = { parameters: [{ type: { kind: 'literal', value: 'only' }, optional: false }] };
        return question.functions.map(() => ({ old: [way], now: [way] }));
      },
    },
  } as unknown as GuardrailDeps;
  const classification = sampleClassification({ base: sha('b'), tree: sha('c') }, { packages: [update] });
  const seen = { kind: 'observed', base: [run('1', inputs), run('1')], head: run(head) };
  const entries = new Map(Object.entries(locked).map(([path, version]) => [path, { version }]));
  const found = {
    lock: { manifests: new Map(), head: { entries } },
    registry: { packages: [update] },
    tests: {
      configured: true,
      class: 'dependency-patch',
      observed: observed === 'nothing' ? undefined : observed ? { kind: observed } : seen,
    },
    replayed,
  } as unknown as Facts;
  const change = { classification, proposal: sampleProposal(sha('a')), now: new Date() };
  const fact = await gatherAmplified.gather({ deps, settings: sampleSettings(), change, found });
  return { fact, asked: asked.flat(), questions };
}

const declarations = { 'package.json': '{"types":"a.d.ts"}', 'a.d.ts': 'export {};', 'a.js': '' };

describe('the fact amplified', () => {
  it('makes calls like those that tests made, which neither version declares', async () => {
    const { fact, asked, questions } = await gather({ inputs: [call('x')] });
    expect(fact).toMatchObject({ kind: 'made', undeclared: ['a'], replay: { kind: 'ended' } });
    expect(asked.map(({ args }) => args[0])).toContain('x ');
    expect(questions).toEqual([]);
  });

  it('takes what production sends for an input, too', async () => {
    const replayed: ReplayFacts = {
      kind: 'made',
      chosen: { calls: [call(7)], omitted: 0, notPlain: 0 },
      replay: {
        kind: 'replayed',
        base: [run('1'), run('1')],
        head: run('1'),
        missing: { base: [], head: [] },
      },
    };
    for (const wish of [{}, { observed: 'nothing' as const }]) {
      const { asked } = await gather({ replayed, ...wish });
      expect(asked.map(({ args }) => args[0])).toContain(8);
    }
  });

  it('asks both versions which values are valid', async () => {
    const packages = {
      'a@1.0.0': declarations,
      'a@1.0.1': { ...declarations, 'a.d.ts': 'export {}; // new' },
    };
    const { fact, questions } = await gather({ inputs: [call('x')], packages });
    expect(questions).toMatchObject([{ name: 'a', functions: [{ kind: 'call', steps: ['a', 'f'] }] }]);
    expect(questions[0]?.now.map(({ path, text }) => `${path} ${text}`)).toContain(
      'a.d.ts export {}; // new',
    );
    expect(questions[0]?.old.map(({ path }) => path)).toEqual(['package.json', 'a.d.ts']);
    // Of no value is `only` a neighbour.
    expect(fact).toEqual({ kind: 'none' });
  });

  it('asks the package of types that is installed, where the package has none', async () => {
    const wish = { inputs: [call('x')], locked: { 'node_modules/@types/a': '2.0.0' } };
    const { questions } = await gather({ ...wish, packages: { '@types/a@2.0.0': declarations } });
    expect(questions.map(({ old, now }) => [old.length, now.length])).toEqual([[2, 2]]);
  });

  it.each<[string, Wish]>([
    ['that no test made', {}],
    ['that cannot be varied', { inputs: [call()] }],
    ['where the tests find a difference', { inputs: [call('x')], head: '2' }],
    ['where the tests cannot be watched', { inputs: [call('x')], observed: 'disturbed' }],
    ['where production is not known', { inputs: [call('x')], replayed: { kind: 'unreadable', why: 'gone' } }],
  ])('makes no calls %s', async (_what, wish) => {
    expect(await gather(wish)).toEqual({ fact: { kind: 'none' }, asked: [], questions: [] });
  });
});
