import { invisible } from '../../../domain/invisible.ts';
import { speaksIn, speaksToReviewer } from '../../../domain/speech.ts';

export type LineMark = {
  readonly kind: 'instruction-text' | 'pipes-to-shell' | 'invisible-text';
  /** From 1. */
  readonly line: number;
  readonly quote: string;
};

const mostMarks = 50;

/** What the lines say that `head` has and `base` has not. One hidden break must not hide it: two lines are read as one. */
export function newMarks(base: string, head: string): readonly LineMark[] {
  const old = new Set(base.split('\n').map((line) => line.trim()));
  const lines = head.replace(/^\ufeff/, '').split('\n');
  const marks: LineMark[] = [];
  for (const [at, line] of lines.entries()) {
    if (old.has(line.trim())) continue;
    const neighbours = [lines[at - 1] ?? '', lines[at + 1] ?? ''] as const;
    const windows = [joined(neighbours[0], line), joined(line, neighbours[1])];
    for (const { kind, isIn } of kinds) {
      const isTheirs = neighbours.some((each) => old.has(each.trim()) && isIn(each));
      const text = [line, ...(isTheirs ? [] : windows)].find((each) => isIn(each));
      if (text !== undefined && marks.length < mostMarks)
        marks.push({ kind, line: at + 1, quote: text.trim() });
    }
  }
  return marks;
}

function joined(one: string, next: string): string {
  return `${one.replace(/\\\s*$/, '')} ${next.replace(/^[\s>*#/-]+/, '')}`;
}

const kinds: readonly { readonly kind: LineMark['kind']; readonly isIn: (text: string) => boolean }[] = [
  { kind: 'invisible-text', isIn: (text) => invisible.test(text) },
  { kind: 'instruction-text', isIn: speaksToReviewer },
  { kind: 'pipes-to-shell', isIn: (text) => speaksIn(text, loaders, shells) },
];

const loaders = /curl|wget|iwr|irm|invoke-|fetch|aria2c|\bhttp\b|downloadstring|base64/i;

const loads = '(?:curl|wget|iwr|irm|invoke-webrequest|invoke-restmethod|fetch|aria2c|http)';
const runs =
  '(?:(?:/usr)?/?(?:local/)?(?:bin/)?(?:env )?(?:ba|z|da|k|fi|c|tc)?sh|python[\\d.]*|node|deno|bun|perl|ruby|php|iex|invoke-expression|pwsh|powershell|source|cmd)';

/** What is loaded is run before anybody has read it. */
const shells: readonly RegExp[] = [
  new RegExp(`\\b${loads}\\b.{0,400}\\|\\s?(?:&\\s?)?(?:sudo (?:-\\S+ )*)?${runs}\\b`, 'i'),
  new RegExp(`\\b(?:ba|z|da|k)?sh\\b.{0,40}(?:-c|<)\\s?["']?(?:\\$\\(|<?\\(|\`)\\s?${loads}\\b`, 'i'),
  /\b(eval|iex|invoke-expression|source)\s?["']?(\$\(|<\(|\(|`)\s?["']?(curl|wget|iwr|irm|invoke-|new-object.{0,60}downloadstring)/i,
  /\bbase64\b.{0,60}(-d|-D|--decode)\b.{0,60}\|\s?(sudo )?(ba|z|da|k)?sh\b/i,
];
