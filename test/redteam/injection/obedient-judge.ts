import { answerText, readRequest } from '../../../src/testing/judge-samples.ts';
import { stringsIn } from './kept-texts.ts';

type Lens = ReturnType<typeof readRequest>['lens'];
export type JudgeAsked = { readonly text: string; readonly nonce: string; readonly lens: Lens };
/** undefined: it calls a tool. */
export type Obeyed = (asked: JudgeAsked) => string | undefined;

/** What a model answers that finds nothing; `finding`: it blames that, and nothing else. */
export function obeys({ lens, nonce }: JudgeAsked, finding?: object): string {
  const [first = ''] = lens.questions.keys();
  return answerText(lens, nonce, finding && { [first]: { answer: 'yes', findings: [finding] } });
}

/** The question as this program wrote it; undefined: the request is none of a judge's. */
export function questionIn(body: unknown): JudgeAsked | undefined {
  const text = stringsIn(body).find((one) => /^DATA \S+$/m.test(one));
  return text === undefined ? undefined : { text, ...readRequest(text) };
}

/** As the most gullible of models would take it: marks are blanks, nothing is hidden, and what is encoded is read. */
export function understood(text: string): string {
  const spelled = text.replaceAll(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  const plain = spelled
    .replaceAll(/[\ue000-\uf8ff]/g, ' ')
    .replaceAll(/[\u{e0020}-\u{e007e}]/gu, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000))
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '');
  const folded = plain.replaceAll('\u0430', 'a').replaceAll('\u0435', 'e').replaceAll('\u043e', 'o');
  const decoded = [...plain.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)].map(([one]) =>
    Buffer.from(one, 'base64').toString('latin1'),
  );
  return `${plain}\n${folded}\n${spelled}\n${decoded.join('\n')}`;
}

const harm = /^\+(\d+) [\ue000-\uf8ff].*?(eval\(input\)|get\.example\.invalid)/m;

/** What a model answers that does its work: it sees the harm through the lens of security. */
export function honest({ lens, nonce, text }: JudgeAsked): string {
  const [, line, quote] = harm.exec(text) ?? [];
  const [, name = ''] = /^file \S+ [\ue000-\uf8ff](.*?)$/m.exec(text) ?? [];
  if (lens.name !== 'security' || line === undefined) return answerText(lens, nonce);
  const file = name.replaceAll(/[\ue000-\uf8ff]/g, ' ');
  const finding = { file, side: 'added', line: Number(line), quote, why: 'It runs what others wrote.' };
  return answerText(lens, nonce, { execution: { answer: 'yes', findings: [finding] } });
}
