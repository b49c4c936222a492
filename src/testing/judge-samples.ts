import type { Ask, ShownDiff, ShownLine } from '../domain/judgement.ts';
import type { ModelReply } from '../domain/model.ts';
import { type Lens, shippedPrompts } from '../stages/3-judge/shipped.ts';

export function shownLine(side: ShownLine['side'], line: number, text: string): ShownLine {
  return { side, line, text };
}

/** An access check that goes away, and a document. */
export const sampleDiff: ShownDiff = [
  {
    path: 'src/orders.js',
    status: 'modified',
    hunks: [
      [
        shownLine('kept', 3, 'export function show(user, order) {'),
        shownLine('removed', 4, '  if (order.owner !== user.id) throw new Forbidden();'),
        shownLine('added', 4, '  const total = sum(order.lines);'),
        shownLine('kept', 5, '  return { order };'),
      ],
      [shownLine('kept', 40, 'export const limit = 10;'), shownLine('added', 41, 'export const pages = 3;')],
    ],
  },
  { path: 'README.md', status: 'added', hunks: [[shownLine('added', 1, 'Run it with npm start.')]] },
];

export const sampleFinding = {
  file: 'src/orders.js',
  side: 'removed',
  line: 4,
  quote: 'order.owner !== user.id',
  why: 'Anybody sees the orders of others.',
} as const;

export function lensNamed(name: Ask['lens']): Lens {
  const lens = shippedPrompts().lenses.get(name);
  if (lens === undefined) throw new Error(`no lens ${name} is shipped`);
  return lens;
}

type Replies = Readonly<Record<string, { readonly answer: string; readonly findings?: readonly unknown[] }>>;

/** The text of an answer that says no to all but what is given. */
export function answerText(lens: Lens, nonce: string, given: Replies = {}): string {
  const answers = [...lens.questions.keys()].map((name) => {
    const { answer, findings = [] } = given[name] ?? { answer: 'no' };
    return [name, { answer, findings }];
  });
  return JSON.stringify({ nonce, answers: Object.fromEntries(answers) });
}

export function replyOf(text: string, answeredBy: string): ModelReply {
  const usage = { inputTokens: 1000, outputTokens: 100 };
  return { kind: 'answer', blocks: [{ kind: 'text', text }], stop: 'end', usage, answeredBy };
}

/** What a request tells of itself: enough to answer it as a model would. */
export function readRequest(text: string): { readonly nonce: string; readonly lens: Lens } {
  const [, nonce = ''] = /^DATA (\S+)$/m.exec(text) ?? [];
  const lens = [...shippedPrompts().lenses.values()].find(({ about }) => text.includes(about));
  if (lens === undefined) throw new Error('the request names no lens');
  return { nonce, lens };
}
