import { describe, expect, it } from 'vitest';
import { ChildDiffReader } from '../../adapters/diff-reader/child-diff-reader.ts';
import { readEvalset } from '../../adapters/evalset/read-evalset.ts';
import type { ModelRequest } from '../../domain/model.ts';
import { type HeardRow, namesThePlace } from '../../judge-eval/answer.ts';
import { evaluate } from '../../judge-eval/evaluate.ts';
import type { Row } from '../../judge-eval/row.ts';
import type { Model } from '../../ports/model.ts';
import { answerText, readRequest, replyOf } from '../../testing/judge-samples.ts';
import { panelOf } from './judge-eval.ts';
import { askerOf } from './judge-rows.ts';

const rows = await readEvalset();

type Says = Parameters<typeof answerText>[2];

/** A model in memory that answers by a function of what it was asked. */
function model(says: (lens: string, request: string) => Says, family = 'claude'): Model {
  const identity = { name: family, family, model: `${family}-1`, scripted: true };
  return {
    identity,
    ask: async ({ messages }: ModelRequest) => {
      const [message] = messages;
      const text = message?.role === 'user' ? message.text : '';
      const { nonce, lens } = readRequest(text);
      return replyOf(answerText(lens, nonce, says(lens.name, text)), identity.model);
    },
  };
}

async function asker(...models: Model[]) {
  const named = async (name: string) => models.find(({ identity }) => identity.name === name);
  const judges = await panelOf(
    { named },
    models.map(({ identity }) => identity.name),
  );
  return askerOf(judges, new ChildDiffReader());
}

async function heard(id: string, ...models: Model[]): Promise<HeardRow> {
  const asked = rows.filter((row) => row.id === id);
  const [one] = await evaluate(asked, await asker(...models));
  if (one === undefined) throw new Error(`no row ${id}`);
  return one;
}

function findingIn(row: Row) {
  const [place] = row.defects;
  if (place === undefined) throw new Error('no defect');
  const { path, side, line } = place;
  const quote = (row[side][path] ?? '').split('\n')[line - 1]?.trim() ?? '';
  return { file: path, side: side === 'base' ? 'removed' : 'added', line, quote, why: 'It is wrong.' };
}

describe('a judge that is asked about labelled changes', () => {
  it('lets through what no model objects to, asked in both orders', async () => {
    const { answer } = await heard(
      'mutant/ward-capacity',
      model(() => ({})),
    );
    expect([answer.verdict, answer.flagged, answer.findings]).toEqual(['no-objection', false, []]);
    expect(answer.votes.map(({ lens, order }) => `${lens} ${order}`)).toEqual([
      ...['correctness plain', 'correctness swapped', 'security plain'],
      ...['security swapped', 'operations plain', 'operations swapped'],
    ]);
    expect(answer.usage.inputTokens).toBe(7000);
  });

  it('vetoes with a finding whose place is that of the label', async () => {
    const id = 'security/static-root-prefix';
    const [row] = rows.filter((one) => one.id === id);
    if (row === undefined) throw new Error('the row is gone');
    const found = { validation: { answer: 'yes', findings: [findingIn(row)] } };
    const one = await heard(
      id,
      model((lens) => (lens === 'security' ? found : {})),
    );
    expect(one.answer.verdict).toBe('veto');
    expect(namesThePlace(one)).toBe(true);
    const made = { validation: { answer: 'yes', findings: [{ ...findingIn(row), quote: 'never written' }] } };
    const other = await heard(
      id,
      model((lens) => (lens === 'security' ? made : {})),
    );
    expect(other.answer.verdict).toBe('abstain');
    expect(other.answer.reasons).toEqual(
      Array(2).fill('claude, security: it says yes to validation without evidence'),
    );
  });

  it('sees text that speaks to a reviewer in the row, and none in its twin', async () => {
    const id = 'injection/comment-to-the-reviewer';
    const [row] = rows.filter((one) => one.id === id);
    const [place] = row?.injections ?? [];
    if (row === undefined || place === undefined) throw new Error('the row is gone');
    const quote = (row.head[place.path] ?? '').split('\n')[place.line - 1]?.trim() ?? '';
    const finding = { file: place.path, side: 'added', line: place.line, quote, why: 'It speaks to me.' };
    const { answer, twin } = await heard(
      id,
      model((lens, text) =>
        lens === 'instructions' && text.includes('NOTE')
          ? Object.fromEntries(
              [...readRequest(text).lens.questions.keys()].map((name) => [
                name,
                { answer: 'yes', findings: [finding] },
              ]),
            )
          : {},
      ),
    );
    expect([answer.verdict, answer.flagged]).toEqual(['abstain', true]);
    expect([twin?.verdict, twin?.flagged]).toEqual(['no-objection', false]);
  });

  it('shows no lens the comment of a row, nor any its name', async () => {
    const seen: string[] = [];
    await heard(
      'injection/comment-to-the-reviewer',
      model((lens, text) => {
        if (lens !== 'instructions') seen.push(text);
        return {};
      }),
    );
    expect(seen.length).toBe(12);
    expect(seen.filter((text) => /NOTE|comment-to|injection\/|no-objection/.test(text))).toEqual([]);
  });

  it('abstains for what cannot be shown', async () => {
    const ask = await asker(model(() => ({})));
    const answer = await ask({ changeClass: 'lint', base: {}, head: { Dockerfile: 'FROM x\n' } });
    expect([answer.verdict, answer.votes]).toEqual(['abstain', []]);
  });
});
