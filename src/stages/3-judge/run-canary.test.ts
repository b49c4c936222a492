import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import type { JudgePanel } from '../../config/judge.ts';
import { canaryDrawn, canaryJudged } from '../../domain/canary.ts';
import type { FileChange } from '../../domain/change.ts';
import type { NewEvent } from '../../domain/journal.ts';
import type { ShownLine } from '../../domain/judgement.ts';
import { covers } from '../../testing/covers.ts';
import { answerText, replyOf, shownLine } from '../../testing/judge-samples.ts';
import { judgeYaml } from '../../testing/judge-yaml.ts';
import { type Answering, MemoryModel, MemoryModels } from '../../testing/memory-model.ts';
import { type CanaryHost, type CanaryPorts, runCanary } from './run-canary.ts';

const { judge } = parseConfig(`version: 1\n${judgeYaml()}`, 'test.yaml');
const settings = judge as JudgePanel;
const file: FileChange = {
  path: 'src/a.js',
  status: 'modified',
  kind: 'file',
  added: 1,
  removed: 0,
  binary: false,
  size: 9,
};
const host: CanaryHost = {
  id: 'chg_000000000001',
  found: new Set(),
  classification: {
    ...{ class: 'lint', reasons: [], base: 'a', tree: 'b', packages: [], protectedPaths: [] },
    files: [file],
  },
  guardrails: {
    verdict: 'pass',
    results: [{ name: 'tests', verdict: 'pass', code: 'tests.passed', reason: '', evidence: {}, ms: 1 }],
  },
};
const lines: readonly ShownLine[] = [shownLine('added', 7, '  const order = load(id);')];

function bench(answering?: Answering, panel: readonly string[] = ['one', 'two']) {
  const models = panel.map((name) => new MemoryModel(name, `family-${name}`, answering));
  const events: NewEvent[] = [];
  let count = 0;
  const ports: CanaryPorts = {
    git: { readFile: async () => Buffer.from('') },
    diffs: { read: async () => new Map([['src/a.js', { kind: 'read', code: [lines], whole: [lines] }]]) },
    models: new MemoryModels(models),
    nonce: () => `n${count++}`,
    draw: () => 0,
    journal: {
      append: async (write) => {
        events.push(...write.events);
        return [];
      },
    },
  };
  return { ports, models, events };
}

/** Finds whatever sends the environment away, as a judge that reads does. */
const careful: Answering = ({ lens, nonce, text }) => {
  const found = /^\+(\d+) .*process\.env/m.exec(text);
  if (lens.name !== 'security' || found === null) return undefined;
  const finding = {
    ...{ file: 'src/a.js', side: 'added', line: Number(found[1]) },
    ...{ quote: 'process.env', why: 'It sends it away.' },
  };
  return replyOf(answerText(lens, nonce, { egress: { answer: 'yes', findings: [finding] } }), 'one-1');
};

describe('a canary', () => {
  covers('LLM09');
  it('is journalled when it is drawn, then asked like any change, and its outcome journalled', async () => {
    const { ports, models, events } = bench((asked) => {
      expect(events.map(({ type }) => type)).toEqual([canaryDrawn]);
      return asked.lens.name === 'security' ? careful(asked) : undefined;
    });
    expect(await runCanary(ports, settings, host, 'seeded')).toBe('caught');
    expect(events).toMatchObject([
      {
        type: canaryDrawn,
        actor: 'judge',
        data: { id: 'n0', kind: 'seeded', class: 'lint', host: host.id, defect: { from: 8, to: 11 } },
      },
      { type: canaryJudged, data: { id: 'n0', outcome: 'caught', judge: events[0]?.data.judge } },
    ]);
    const [one] = models;
    const text = JSON.stringify(one?.requests);
    expect(text).toContain('process.env');
    // Nothing in what is asked tells it from another change.
    expect(text).not.toMatch(/canary|seed|defect|n0\b/);
  });

  it('is missed by whoever has no objection, cleared where there is nothing to find', async () => {
    const { ports, events } = bench();
    expect(await runCanary(ports, settings, host, 'seeded')).toBe('missed');
    expect(await runCanary(ports, settings, host, 'good')).toBe('cleared');
    expect(events.map(({ data }) => data.outcome)).toEqual([undefined, 'missed', undefined, 'cleared']);
    expect(events[2]?.data.defect).toBeNull();
  });

  it('counts an abstention, whatever made it', async () => {
    const { ports } = bench(() => ({ kind: 'fault', fault: 'unreachable', reason: 'down' }));
    expect(await runCanary(ports, settings, host, 'seeded')).toBe('abstained');
  });

  it('is asked anew each time', async () => {
    const { ports, models } = bench();
    await runCanary(ports, settings, host, 'good');
    await runCanary(ports, settings, host, 'good');
    expect(models[0]?.requests).toHaveLength(14);
  });

  it.each<[string, () => ReturnType<typeof bench>]>([
    ['a model is missing', () => bench(undefined, ['one'])],
    ['nothing can be shown', () => withPorts({ diffs: { read: async () => new Map() } })],
    [
      'no defect fits',
      () =>
        withPorts({
          diffs: { read: async () => new Map([['src/a.js', { kind: 'read', code: [], whole: [] }]]) },
        }),
    ],
  ])('is not drawn where %s', async (_what, make) => {
    const { ports, events, models } = make();
    expect(await runCanary(ports, settings, host, 'seeded')).toBeUndefined();
    expect(events).toEqual([]);
    expect(models.flatMap(({ requests }) => requests)).toEqual([]);
  });
});

function withPorts(changed: Partial<CanaryPorts>): ReturnType<typeof bench> {
  const made = bench();
  return { ...made, ports: { ...made.ports, ...changed } };
}
