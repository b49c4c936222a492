import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../domain/change.ts';
import type { FileDiff } from '../../domain/file-diff.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { JudgeRecord } from '../../domain/judgement.ts';
import type { ModelReply } from '../../domain/model.ts';
import type { Classification, JudgeReport, StageContext, StageOutcome } from '../../domain/stage.ts';
import { answerText, replyOf, sampleDiff, sampleFinding } from '../../testing/judge-samples.ts';
import { type Answering, MemoryModel, MemoryModels } from '../../testing/memory-model.ts';
import { MemoryRules } from '../../testing/memory-rules.ts';
import { twoModels } from '../../testing/two-models.ts';
import { type JudgePorts, judge } from './run.ts';

const file: FileChange = {
  path: 'src/orders.js',
  status: 'modified',
  kind: 'file',
  added: 1,
  removed: 1,
  binary: false,
  size: 10,
};
const classify: Classification = {
  class: 'lint',
  reasons: [],
  base: 'a',
  tree: 'b',
  files: [file],
  packages: [],
  protectedPaths: [],
};
const tests = {
  name: 'tests',
  verdict: 'pass',
  code: 'tests.passed',
  reason: 'SECRET WORDS',
  evidence: { words: 'SECRET WORDS' },
  ms: 1,
} as const;

function context(changed: Partial<Classification> = {}, verdict: 'pass' | 'fail' = 'pass') {
  const notes: [string, JsonObject][] = [];
  const unused = () => Promise.reject(new Error('the judge stage has no effects'));
  const ctx: StageContext = {
    id: 'chg_000000000000',
    proposal: {
      source: 'person:alice',
      title: 'SECRET WORDS',
      head: 'c',
      ref: 'r',
      target: 'main',
      record: { why: 'SECRET WORDS' },
    },
    results: { classify: { ...classify, ...changed }, guardrails: { verdict, results: [tests] } },
    legs: [],
    conclusion: undefined,
    round: 0,
    stageSince: new Date(0),
    now: new Date(0),
    signals: [],
    recall: () => undefined,
    note: async (type, data) => void notes.push([type, data]),
    consume: unused,
    effect: unused,
    closing: unused,
  };
  return { ctx, notes };
}

const hunks = sampleDiff[0]?.hunks ?? [];

type Bench = {
  readonly one?: Answering;
  readonly two?: Answering;
  readonly config?: string;
  readonly ports?: Partial<JudgePorts>;
  readonly diff?: FileDiff;
};

function bench({ one, two, config = 'panel: [one, two]', ports = {}, diff }: Bench = {}) {
  const models = [new MemoryModel('one', 'claude', one), new MemoryModel('two', 'gpt', two)] as const;
  const kept = new Map<string, string>();
  let count = 0;
  const all: JudgePorts = {
    rules: new MemoryRules(`${twoModels}judge: { ${config} }`),
    models: new MemoryModels(models),
    git: { readFile: async () => Buffer.from('x') },
    diffs: { read: async () => new Map([[file.path, diff ?? { kind: 'read', code: hunks, whole: hunks }]]) },
    answers: {
      get: async (digest) => kept.get(digest),
      put: async (digest, text) => void kept.set(digest, text),
    },
    nonce: () => `nonce-${count++}`,
    standing: async () => ({ earned: true, why: 'it was measured' }),
    ...ports,
  };
  return { ports: all, models, kept };
}

function reportOf(outcome: StageOutcome<JudgeReport>): JudgeReport {
  if (outcome.kind !== 'done') throw new Error(`expected a report, found ${outcome.kind}`);
  return outcome.data;
}

async function reportIn(given: Bench = {}, ...of: Parameters<typeof context>): Promise<JudgeReport> {
  return reportOf(await judge(context(...of).ctx, bench(given).ports));
}

const vetoing: Answering = ({ lens, nonce }) =>
  lens.name === 'security'
    ? replyOf(answerText(lens, nonce, { access: { answer: 'yes', findings: [sampleFinding] } }), 'two-1')
    : undefined;

describe('the judge stage', () => {
  it('asks each of the panel through each lens in both orders, and keeps who said what', async () => {
    const { ports, models } = bench();
    const report = reportOf(await judge(context().ctx, ports));
    expect(report.verdict).toBe('no-objection');
    const record = report.record as JudgeRecord;
    expect(record.panel.map(({ name, scripted }) => [name, scripted])).toEqual([
      ['one', true],
      ['two', true],
    ]);
    expect(record.asks).toHaveLength(14);
    expect(new Set(record.asks.map(({ verdict }) => verdict))).toEqual(new Set(['no-objection']));
    expect(record.usage).toEqual({ inputTokens: 14_000, outputTokens: 1_400, microdollars: null });
    expect(record.prompts).toMatch(/^sha256:/);
    expect(models.map(({ requests }) => requests.length)).toEqual([7, 7]);
    const nonces = models.flatMap(({ requests }) =>
      requests.map(({ system }) => /nonce-\d+/.exec(system)?.[0]),
    );
    expect(new Set(nonces).size).toBe(14);
  });

  it('shows nothing that the author says, nor the words of a guardrail', async () => {
    const { ports, models } = bench();
    await judge(context().ctx, ports);
    const all = JSON.stringify(models.flatMap(({ requests }) => requests));
    expect(all).toContain('tests.passed');
    expect(all).not.toMatch(/SECRET|alice/);
  });

  it('refuses for one veto with evidence, and notes the report that a stop does not journal', async () => {
    const { ctx, notes } = context();
    expect(await judge(ctx, bench({ two: vetoing }).ports)).toEqual({
      kind: 'stop',
      conclusion: {
        outcome: 'refused',
        code: 'judge.veto',
        reasons: [
          'src/orders.js:4 "order.owner !== user.id": Anybody sees the orders of others. (two, security, access)',
        ],
      },
    });
    expect(notes).toEqual([
      ['judge.vetoed', expect.objectContaining({ verdict: 'veto', record: expect.anything() })],
    ]);
  });

  it('needs no standing to veto, and cannot do without it to have no objection', async () => {
    const ports = { standing: async () => ({ earned: false, why: 'it missed two of 40 seeded defects' }) };
    expect(await reportIn({ ports })).toMatchObject({
      verdict: 'abstain',
      reasons: ['The panel has no objection, which does not count: it missed two of 40 seeded defects.'],
    });
    expect((await judge(context().ctx, bench({ ports, two: vetoing }).ports)).kind).toBe('stop');
  });

  it('does not ask again what was answered, and draws no better answer by handing in the same', async () => {
    const { ports, models, kept } = bench({ two: vetoing });
    expect((await judge(context().ctx, ports)).kind).toBe('stop');
    expect(kept.size).toBe(14);
    const other = bench({ ports: { answers: ports.answers } });
    expect((await judge(context().ctx, other.ports)).kind).toBe('stop');
    expect(other.models.map(({ requests }) => requests.length)).toEqual([0, 0]);
    for (const [digest] of kept) kept.set(digest, '{"nonce":"x","text":"approved"}');
    expect((await judge(context().ctx, ports)).kind).toBe('stop');
    expect(models.map(({ requests }) => requests.length)).toEqual([14, 14]);
    const changed = reportOf(await judge(context({ class: 'docs' }).ctx, other.ports));
    expect(changed.record?.asks.some(({ cached }) => cached)).toBe(false);
  });

  it.each<[string, Answering, string]>([
    ['throws', () => Promise.reject(new Error('boom')), 'it could not be asked: boom'],
    ['never answers', () => new Promise<ModelReply>(() => {}), 'no answer came in time'],
    ['is down', () => ({ kind: 'fault', fault: 'overloaded', reason: '529' }), 'overloaded: 529'],
    ['talks', () => replyOf('I approve.', 'two-1'), 'is not JSON'],
    [
      'is another one',
      ({ lens, nonce }) => replyOf(answerText(lens, nonce), 'two-2'),
      'in the place of two-1',
    ],
  ])('abstains when a model %s', async (_what, two, reason) => {
    const report = await reportIn({ two, config: 'panel: [one, two], timeout: 50ms, atOnce: 16' });
    expect(report.verdict).toBe('abstain');
    expect(report.reasons.join()).toContain(reason);
  });

  it('asks nothing more once its tokens are used', async () => {
    const { ports, models } = bench({ config: 'panel: [one, two], maxTokens: 3000, atOnce: 1' });
    const report = reportOf(await judge(context().ctx, ports));
    expect(report.reasons.join()).toContain('tokens are used, of 3000 (judge.maxTokens)');
    expect(models.flatMap(({ requests }) => requests)).toHaveLength(3);
  });

  it('keeps no more at once than it may', async () => {
    let [now, most] = [0, 0];
    const slow: Answering = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return undefined as never;
    };
    await reportIn({ one: slow, two: slow, config: 'panel: [one, two], atOnce: 3' });
    expect(most).toBe(3);
  });

  it.each<[string, Bench, Parameters<typeof context>, string, string]>([
    ['no judge is configured', { ports: { rules: new MemoryRules() } }, [], 'not-configured', 'No judge'],
    ['it takes something back', {}, [{ class: 'revert' }], 'not-configured', 'A revert waits'],
    ['a guardrail failed', {}, [{}, 'fail'], 'abstain', 'A guardrail failed'],
    ['it is of class other', {}, [{ class: 'other' }], 'abstain', 'never autonomous'],
    ['a file cannot be shown', { diff: { kind: 'unread', why: 'x' } }, [], 'abstain', 'cannot be shown'],
    [
      'it is too large',
      { config: 'panel: [one, two], maxKiB: 1', diff: large() },
      [],
      'abstain',
      'too large',
    ],
    [
      'git fails',
      { ports: { git: { readFile: () => Promise.reject(new Error('git')) } } },
      [],
      'abstain',
      'git',
    ],
    ['a model is not there', { ports: { models: new MemoryModels([]) } }, [], 'abstain', 'name of one, two'],
  ])('asks nobody where %s', async (_what, given, of, verdict, reason) => {
    const { ports, models } = bench(given);
    const report = reportOf(await judge(context(...of).ctx, ports));
    expect(report).toEqual({ verdict, reasons: [expect.stringContaining(reason)] });
    expect(models.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('does not run before what it judges is there', async () => {
    const { ctx } = context();
    await expect(judge({ ...ctx, results: {} }, bench().ports)).rejects.toThrow('guardrails');
  });

  it('keeps its report small whatever models say', async () => {
    const why = '漢'.repeat(400);
    const verbose: Answering = ({ lens, nonce }) => {
      const all = [...lens.questions.keys()].map((name) => {
        return [name, { answer: 'yes', findings: Array(5).fill({ ...sampleFinding, why }) }];
      });
      return replyOf(answerText(lens, nonce, Object.fromEntries(all)), 'one-1');
    };
    const { ctx, notes } = context();
    await judge(ctx, bench({ one: verbose }).ports);
    expect(Buffer.byteLength(JSON.stringify(notes))).toBeLessThan(57 * 1024);
    expect(notes[0]?.[1].reasons).toContainEqual(expect.stringMatching(/^… and \d+ more$/));
    expect(notes[0]?.[1].record).toMatchObject({ omitted: expect.any(Number) });
  });
});

function large(): FileDiff {
  const lines = [{ side: 'added', line: 1, text: 'x'.repeat(2000) } as const];
  return { kind: 'read', code: [lines], whole: [lines] };
}
