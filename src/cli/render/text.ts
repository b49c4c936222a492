import { stripVTControlCharacters, styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Colours only where a terminal shows them (NO_COLOR and pipes are respected). */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

export function width(): number {
  return Math.max(40, Math.min(process.stdout.columns ?? 100, 120));
}

/** Breaks at spaces, keeping those at the beginning; every line after the first begins with `indent`. */
export function wrap(text: string, indent: string, columns: number = width()): string[] {
  const lead = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = lead;
  for (const word of text.slice(lead.length).split(' ')) {
    const isFirst = line === lead || line === indent;
    if (!isFirst && shownLength(line) + 1 + shownLength(word) > columns) {
      lines.push(line.trimEnd());
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** Sentences, each from the left edge; what does not fit goes on indented. */
export function wrapAll(sentences: readonly string[]): string[] {
  return sentences.flatMap((sentence) => wrap(sentence, '  '));
}

function shownLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Too narrow for columns: what would stand beside goes below. */
export function isNarrow(): boolean {
  return width() < 72;
}

export function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}

const esc = String.fromCharCode(27);
const styleCode = new RegExp(`^${esc}\\[[0-9;]*m`);

/** At most so many visible columns; colours cost none and are closed. */
export function crop(line: string, columns: number): string {
  if (stripVTControlCharacters(line).length <= columns) return line;
  let kept = '';
  let room = columns - 1;
  let rest = line;
  while (rest !== '' && room > 0) {
    const code = styleCode.exec(rest)?.[0];
    const piece = code ?? String.fromCodePoint(rest.codePointAt(0) ?? 0);
    if (code === undefined) room -= 1;
    kept += piece;
    rest = rest.slice(piece.length);
  }
  return `${kept}${kept.includes(esc) ? `${esc}[0m` : ''}…`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 120) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const outcomeStyles: Readonly<Record<string, Style>> = {
  landed: 'green',
  pass: 'green',
  refused: 'yellow',
  held: 'yellow',
  abstain: 'yellow',
  'rolled-back': 'red',
  fail: 'red',
};

export function paintOutcome(outcome: string, padTo = 0): string {
  const style = outcomeStyles[outcome];
  const padded = outcome.padEnd(padTo);
  return style === undefined ? padded : paint(style, padded);
}
