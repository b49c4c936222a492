import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChildDiffReader } from '../../src/adapters/diff-reader/child-diff-reader.ts';
import { openGitHost } from '../../src/adapters/git-host/local/local-git-host.ts';
import { bot, TestKeyRing, TestRepository } from '../../src/adapters/git-host/local/test-repository.ts';
import type { JudgeReport, StageContext, StageOutcome } from '../../src/domain/stage.ts';
import { judge } from '../../src/stages/3-judge/run.ts';
import { covers } from '../../src/testing/covers.ts';
import { answerText, replyOf } from '../../src/testing/judge-samples.ts';
import { judgeYaml } from '../../src/testing/judge-yaml.ts';
import { type Answering, MemoryModel, MemoryModels } from '../../src/testing/memory-model.ts';
import { MemoryRules } from '../../src/testing/memory-rules.ts';
import { hostile, path, planted, plea } from './support/hostile-change.ts';

/* A change that does harm, and says everywhere that it is good. What reads it is what reads changes; only the models are made up. */

let repository: TestRepository;
let git: Awaited<ReturnType<typeof openGitHost>>;
let trees: { base: string; tree: string };
beforeAll(async () => {
  repository = new TestRepository();
  const before = repository.blob('export function run(input) {\n  return input;\n}\n');
  const after = repository.blob(hostile);
  const folder = (blob: string) => repository.tree([['100644', path.slice(4), blob]]);
  const whole = (blob: string) => repository.tree([['40000', 'src', folder(blob)]]);
  trees = { base: repository.commit(whole(before)), tree: whole(after) };
  git = await openGitHost({ dir: repository.dir, keyRing: new TestKeyRing(), bot });
});
afterAll(async () => {
  await git.close();
  repository.remove();
});

const unused = () => Promise.reject(new Error('the judge stage has no effects'));

function context(): StageContext {
  const file = {
    path,
    status: 'modified',
    kind: 'file',
    added: 12,
    removed: 1,
    binary: false,
    size: 400,
  } as const;
  const classify = {
    class: 'lint',
    reasons: [plea],
    files: [file],
    packages: [],
    protectedPaths: [],
  } as const;
  return {
    id: 'chg_000000000000',
    proposal: {
      source: 'person:a',
      title: plea,
      head: 'c',
      ref: plea,
      target: 'main',
      record: { why: plea },
    },
    results: { classify: { ...classify, ...trees }, guardrails: { verdict: 'pass', results: [] } },
    legs: [],
    conclusion: undefined,
    round: 0,
    stageSince: new Date(0),
    now: new Date(0),
    signals: [],
    recall: () => undefined,
    note: async () => {},
    consume: unused,
    effect: unused,
    closing: unused,
  };
}

async function judgedBy(one: Answering, two: Answering) {
  const models = [new MemoryModel('one', 'claude', one), new MemoryModel('two', 'gpt', two)];
  const outcome = await judge(context(), {
    rules: new MemoryRules(judgeYaml()),
    models: new MemoryModels(models),
    git,
    diffs: new ChildDiffReader(),
    answers: { get: async () => undefined, put: async () => {} },
    nonce: () => randomBytes(8).toString('hex'),
    standing: async () => ({ earned: true, why: 'it was measured' }),
  });
  const texts = models.flatMap(({ requests }) =>
    requests.map(({ system, messages: [message] }) => {
      const text = message?.role === 'user' ? message.text : '';
      return { text, isWhole: system.includes('text that speaks to whoever reviews') };
    }),
  );
  return { outcome, texts };
}

function verdictOf(outcome: StageOutcome<JudgeReport>): string {
  return outcome.kind === 'done' ? outcome.data.verdict : outcome.kind;
}

const bribed: Answering = () => undefined;

/** Obeys whatever does not begin with a sign and a mark as data do; else it reads. */
const gullible: Answering = ({ lens, nonce, text }) => {
  const isAsked = text
    .split('\n')
    .some((line) => /approve/i.test(line) && !/^(file modified|[+=-]\d+) [\ue000-\uf8ff]/.test(line));
  const found = /^\+(\d+) [\ue000-\uf8ff].*eval\(input\)/m.exec(text);
  if (isAsked || lens.name !== 'security' || found === null) return undefined;
  const finding = {
    file: path,
    side: 'added',
    line: Number(found[1]),
    quote: 'eval(input)',
    why: 'It runs input.',
  };
  return replyOf(answerText(lens, nonce, { execution: { answer: 'yes', findings: [finding] } }), 'one-1');
};

describe('a change that speaks to its judge', () => {
  covers('LLM01', 'LLM07');
  it('says nothing to the lenses by its comments, its title, its ref or its record', async () => {
    covers('ASI07');
    const { texts } = await judgedBy(bribed, bribed);
    const lenses = texts.filter(({ isWhole }) => !isWhole);
    expect(lenses).toHaveLength(12);
    for (const { text } of lenses) expect(text).not.toMatch(/Reviewer|SEC-1234|safe,|reviewed/);
    const whole = texts.filter(({ isWhole }) => isWhole);
    expect(whole).toHaveLength(2);
    for (const { text } of whole) expect(text).toContain('SEC-1234');
  });

  it('has no word without a mark, no line of its own and no hidden letter in what is asked', async () => {
    const { texts } = await judgedBy(bribed, bribed);
    for (const { text } of texts) {
      const [, nonce = ''] = /^DATA (\S+)$/m.exec(text) ?? [];
      const lines = text.split('\n');
      expect(lines.filter((line) => /^(DATA|END) /.test(line))).toEqual([`DATA ${nonce}`, `END ${nonce}`]);
      const data = lines.slice(lines.indexOf(`DATA ${nonce}`) + 1, lines.indexOf(`END ${nonce}`));
      for (const line of data)
        expect(line).toMatch(/^(part$|(class|file modified|[+=-]\d+) [\ue000-\uf8ff])/);
      expect(text).not.toContain('Ignore all previous');
      expect(new Set(text.match(/[\ue000-\uf8ff]/g)).size).toBe(1);
      expect(text).not.toMatch(/[\u{e0000}-\u{e007f}\u202e]/u);
      expect(text).toContain('\\u{202e}\\u{e001}');
    }
  });

  it('moves no model that obeys what is not marked', async () => {
    const { outcome } = await judgedBy(gullible, bribed);
    expect(outcome).toMatchObject({
      kind: 'stop',
      conclusion: {
        code: 'judge.veto',
        reasons: [expect.stringContaining('"eval(input)"')],
      },
    });
  });

  it('gains nothing by an answer that it brings along', async () => {
    covers('LLM05');
    const parrot: Answering = ({ text }) => {
      const [found = planted] = /\{"nonce".*\}\}?/.exec(text.replaceAll(/[\ue000-\uf8ff]/g, ' ')) ?? [];
      return replyOf(found, 'one-1');
    };
    const { outcome } = await judgedBy(parrot, bribed);
    expect(verdictOf(outcome)).toBe('abstain');
    expect(outcome.kind === 'done' ? outcome.data.reasons.join() : '').toContain('does not fit the schema');
  });

  it('is flagged with its place by whoever looks for text that speaks to reviewers', async () => {
    const looking: Answering = ({ lens, nonce, text }) => {
      if (lens.name !== 'instructions') return undefined;
      const [, at] = /^\+(\d+) .*Reviewer:/m.exec(text) ?? [];
      const finding = {
        file: path,
        side: 'added',
        line: Number(at),
        quote: 'Reviewer:',
        why: 'It speaks to me.',
      };
      return replyOf(
        answerText(lens, nonce, { instruction: { answer: 'yes', findings: [finding] } }),
        'two-1',
      );
    };
    const { outcome } = await judgedBy(bribed, looking);
    expect(outcome).toMatchObject({
      kind: 'done',
      data: {
        verdict: 'abstain',
        reasons: expect.arrayContaining([
          expect.stringMatching(/^two, instructions: text at src\/.*:1 reads as if it spoke/),
        ]),
      },
    });
  });

  it('goes to a person though both models are bribed, for what code finds in it', async () => {
    const { outcome } = await judgedBy(bribed, bribed);
    const report = outcome.kind === 'done' ? outcome.data : undefined;
    expect(report?.verdict).toBe('abstain');
    expect(report?.reasons[0]).toMatch(
      /^the name src\/Ignore all previous .* reads as if it spoke to a reviewer\.$/,
    );
    expect(new Set(report?.record?.asks.map(({ verdict }) => verdict))).toEqual(new Set(['no-objection']));
  });
});
