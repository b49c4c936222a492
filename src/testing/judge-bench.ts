import type { FileChange } from '../domain/change.ts';
import type { FileDiff } from '../domain/file-diff.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Classification, JudgeReport, StageContext, StageOutcome } from '../domain/stage.ts';
import type { JudgePorts } from '../stages/3-judge/run-ports.ts';
import { answerText, replyOf, sampleDiff, sampleFinding } from './judge-samples.ts';
import { judgeYaml } from './judge-yaml.ts';
import { type Answering, MemoryModel, MemoryModels } from './memory-model.ts';
import { MemoryRules } from './memory-rules.ts';

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

/** What the stages before have found, and what is noted. */
export function judgeContext(changed: Partial<Classification> = {}, verdict: 'pass' | 'fail' = 'pass') {
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

export type JudgeBench = {
  readonly one?: Answering;
  readonly two?: Answering;
  readonly config?: string;
  readonly ports?: Partial<JudgePorts>;
  readonly diff?: FileDiff;
};

/** A panel of two that says no to every question, unless told otherwise. */
export function judgeBench({ one, two, config = 'panel: [one, two]', ports = {}, diff }: JudgeBench = {}) {
  const models = [new MemoryModel('one', 'claude', one), new MemoryModel('two', 'gpt', two)] as const;
  const kept = new Map<string, string>();
  let count = 0;
  const all: JudgePorts = {
    rules: new MemoryRules(judgeYaml(config)),
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

export function reportIn(outcome: StageOutcome<JudgeReport>): JudgeReport {
  if (outcome.kind !== 'done') throw new Error(`expected a report, found ${outcome.kind}`);
  return outcome.data;
}

/** Model two finds that an access check goes away. */
export const vetoing: Answering = ({ lens, nonce }) =>
  lens.name === 'security'
    ? replyOf(answerText(lens, nonce, { access: { answer: 'yes', findings: [sampleFinding] } }), 'two-1')
    : undefined;
