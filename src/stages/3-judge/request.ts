import type { Ask, ShownDiff, ShownFile, ShownLine } from '../../domain/judgement.ts';
import { marked, markerOf } from '../../domain/marking.ts';
import type { ModelRequest } from '../../domain/model.ts';
import type { GuardrailResult } from '../../domain/verdict.ts';
import { answerSchema } from './answer.ts';
import type { Lens, Prompts } from './shipped.ts';

/** All that a model is shown. No word of the author's about the change is in it. */
export type Shown = {
  readonly changeClass: string;
  readonly diff: ShownDiff;
  readonly evidence: readonly Pick<GuardrailResult, 'name' | 'verdict' | 'code'>[];
};

export type Question = {
  readonly ask: Pick<Ask, 'order'>;
  readonly lens: Lens;
  readonly shown: Shown;
  /** Unguessable, and new for each request. */
  readonly nonce: string;
  /** Of thoughts and answer together, where a model thinks. */
  readonly maxOutputTokens: number;
};

/** No temperature: models that think take none, and the same is not asked twice. */
export function requestFor(question: Question, prompts: Prompts): ModelRequest {
  const { ask, lens, shown, nonce, maxOutputTokens } = question;
  const marker = markerOf(nonce);
  const template = lens.name === 'instructions' ? prompts.instructions : prompts.system;
  const system = template.replaceAll('{nonce}', nonce).replaceAll('{marker}', marker);
  const inOrder = <T>(list: readonly T[]): readonly T[] =>
    ask.order === 'swapped' ? list.toReversed() : list;
  const data = [
    ...inOrder(shown.evidence).map((one) => `check ${marked(evidenceLine(one), marker)}`),
    ...inOrder(shown.diff).flatMap((file) => fileLines(file, inOrder(file.hunks), marker)),
  ];
  const questions = inOrder([...lens.questions]).map(([name, text]) => `${name}: ${text}`);
  const text = [
    `You ask ${lens.about}. The questions, each to be answered by its name:`,
    ...questions,
    `DATA ${nonce}`,
    `class ${marked(shown.changeClass, marker)}`,
    ...data,
    `END ${nonce}`,
    `Answer the questions above about the data, as one JSON object with the nonce ${nonce}.`,
  ];
  return {
    system,
    messages: [{ role: 'user', text: text.join('\n') }],
    tools: [],
    schema: answerSchema(lens),
    maxOutputTokens,
  };
}

function evidenceLine({ name, verdict, code }: Shown['evidence'][number]): string {
  return `${name} ${verdict} ${code}`;
}

const signs: { readonly [S in ShownLine['side']]: string } = { added: '+', removed: '-', kept: '=' };

function fileLines(
  { path, oldPath, status }: ShownFile,
  hunks: ShownFile['hunks'],
  marker: string,
): readonly string[] {
  const from = oldPath === undefined ? '' : ` from ${marked(oldPath, marker)}`;
  const head = `file ${status} ${marked(path, marker)}${from}`;
  return [
    head,
    ...hunks.flatMap((hunk) => [
      'part',
      ...hunk.map(({ side, line, text }) => `${signs[side]}${line} ${marked(text, marker)}`),
    ]),
  ];
}

/** How much of the change a model would have to read, in characters. */
export function sizeOf(diff: ShownDiff): number {
  const lines = diff.flatMap(({ hunks }) => hunks.flat());
  return lines.reduce((sum, { text }) => sum + text.length + 8, 0);
}
