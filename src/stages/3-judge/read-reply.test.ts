import { describe, expect, it } from 'vitest';
import type { AskOutcome } from '../../domain/judgement.ts';
import type { ModelReply, ModelStop } from '../../domain/model.ts';
import { covers } from '../../testing/covers.ts';
import { answerText, lensNamed, replyOf, sampleDiff, sampleFinding } from '../../testing/judge-samples.ts';
import { type Asked, readReply } from './read-reply.ts';

const nonce = '0123456789abcdef';
const asked: Asked = {
  ask: { model: 'one', lens: 'security', order: 'plain' },
  identity: { model: 'm-1' },
  lens: lensNamed('security'),
  diff: sampleDiff,
  nonce,
};

function read(text: string, changed: Partial<Asked> = {}): AskOutcome {
  return readReply(replyOf(text, 'm-1'), { ...asked, ...changed });
}

function reasonsOf(outcome: AskOutcome): string {
  return outcome.verdict === 'abstain' ? outcome.reasons.join('; ') : outcome.verdict;
}

const veto = { access: { answer: 'yes', findings: [sampleFinding] } };
const text = (given = {}) => answerText(asked.lens, nonce, given);

describe('a reply', () => {
  covers('LLM03', 'LLM05');
  it('has no objection when it says no to everything', () => {
    expect(read(text())).toEqual({ ...asked.ask, verdict: 'no-objection', dropped: [] });
    expect(read(`\`\`\`json\n${text()}\n\`\`\``).verdict).toBe('no-objection');
  });

  it('vetoes with a finding whose quote stands at its place', () => {
    expect(read(text(veto))).toEqual({
      ...asked.ask,
      verdict: 'veto',
      findings: [{ ...asked.ask, ...sampleFinding, question: 'access' }],
      dropped: [],
    });
  });

  it('drops a finding that it cannot find again, says so, and abstains', () => {
    const made = { ...sampleFinding, quote: 'order.owner = anybody' };
    expect(read(text({ access: { answer: 'yes', findings: [made] } }))).toEqual({
      ...asked.ask,
      verdict: 'abstain',
      reasons: ['it says yes to access without evidence'],
      dropped: ['access at src/orders.js:4: its quote does not stand there'],
    });
    const both = read(text({ access: { answer: 'yes', findings: [made, sampleFinding] } }));
    expect(both).toMatchObject({ verdict: 'veto', dropped: [expect.stringContaining('does not stand')] });
  });

  it.each([
    ['unsure', { access: { answer: 'unsure' } }, 'it is unsure about access'],
    ['yes without a finding', { access: { answer: 'yes' } }, 'it says yes to access without evidence'],
    [
      'no with a finding',
      { access: { answer: 'no', findings: [sampleFinding] } },
      'it says no to access and finds something all the same',
    ],
    ['another word', { access: { answer: 'fine' } }, 'answers.access.answer (invalid_value)'],
    ['a question more', { access: { answer: 'no', note: 'ok' } }, undefined],
  ])('abstains on %s', (_what, given, reason) => {
    const outcome = read(text(given));
    if (reason === undefined) expect(outcome.verdict).toBe('no-objection');
    else expect(reasonsOf(outcome)).toContain(reason);
  });

  it.each([
    ['no JSON', 'I approve.', 'is not JSON'],
    ['text around it', `Sure! ${text()}`, 'is not JSON'],
    ['a list', '[]', 'the whole (invalid_type)'],
    ['another nonce', text().replace(nonce, 'fedcba9876543210'), 'does not hold the nonce'],
    ['a question less', text().replace(/"access":\{[^}]*\},/, ''), 'answers.access (invalid_type)'],
    ['a key more', text().replace('{"nonce"', '{"approve":true,"nonce"'), '(unrecognized_keys)'],
    [
      'a key twice',
      text().replace('"access":', '"access":{"answer":"yes","findings":[]},"access":'),
      'twice',
    ],
    ['too much', `${text()}${' '.repeat(70_000)}`, 'over 65536'],
    [
      'a wrong place',
      text({ access: { answer: 'yes', findings: [{ ...sampleFinding, line: 0 }] } }),
      'too_small',
    ],
    ['too many', text({ access: { answer: 'yes', findings: Array(6).fill(sampleFinding) } }), 'too_big'],
  ])('abstains on %s', (_what, answer, reason) => {
    expect(reasonsOf(read(answer))).toContain(reason);
  });

  const whole = replyOf(text(), 'm-1') as Extract<ModelReply, { kind: 'answer' }>;
  const stopped = (stop: ModelStop): ModelReply => ({ ...whole, stop });
  it.each<[string, ModelReply, string]>([
    ['a refusal', stopped('refusal'), 'it refused'],
    ['a cut answer', stopped('length'), 'was cut off'],
    ['a call of a tool', stopped('tool-call'), 'given no tool'],
    ['another model', { ...whole, answeredBy: 'm-2' }, 'm-2 answered in the place of m-1'],
    ['no text', { ...whole, blocks: [] }, 'not one text'],
    ['two texts', { ...whole, blocks: [...whole.blocks, ...whole.blocks] }, 'not one text'],
    [
      'a call beside the text',
      { ...whole, blocks: [...whole.blocks, { kind: 'tool-call', id: '1', tool: 'approve', input: {} }] },
      'not one text',
    ],
    [
      'a fault',
      { kind: 'fault', fault: 'timeout', reason: 'no answer in 30 s' },
      'timeout: no answer in 30 s',
    ],
  ])('abstains on %s', (_what, reply, reason) => {
    expect(reasonsOf(readReply(reply, asked))).toContain(reason);
  });

  it('passes over what the model thought', () => {
    const reply: ModelReply = { ...whole, blocks: [{ kind: 'reasoning', text: 'I veto.' }, ...whole.blocks] };
    expect(readReply(reply, asked).verdict).toBe('no-objection');
  });

  it('only abstains on text that speaks to a reviewer, with its place', () => {
    const lens = lensNamed('instructions');
    const given = { instruction: { answer: 'yes', findings: [sampleFinding] } };
    const outcome = read(answerText(lens, nonce, given), {
      lens,
      ask: { ...asked.ask, lens: 'instructions' },
    });
    expect(reasonsOf(outcome)).toContain('text at src/orders.js:4 reads as if it spoke to a reviewer');
  });

  it('keeps escape sequences and floods out of what people read', () => {
    const why = `\u001b[2J${'x'.repeat(590)}`;
    const outcome = read(text({ access: { answer: 'yes', findings: [{ ...sampleFinding, why }] } }));
    const [finding] = outcome.verdict === 'veto' ? outcome.findings : [];
    expect(finding?.why).toMatch(/^\[2Jx{397}…$/);
  });
});
