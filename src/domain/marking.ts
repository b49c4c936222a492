import { createHash } from 'node:crypto';

/*
 * Spotlighting by datamarking: a sign in the place of the blanks of untrusted text, drawn anew for each request, so that text
 * cannot pass for anything else than data (Hines et al., Defending Against Indirect Prompt Injection Attacks With Spotlighting,
 * 2024, arXiv:2403.14720).
 */

const [firstPrivate, countPrivate] = [0xe000, 0xf8ff - 0xe000 + 1];

/** A character of the private use area. Nobody can write it into data: `visible` spells all of them out. */
export function markerOf(nonce: string): string {
  const drawn = createHash('sha256').update(`marker ${nonce}`).digest().readUInt32BE(0);
  return String.fromCharCode(firstPrivate + (drawn % countPrivate));
}

/** Controls, separators of lines, what is invisible or turns writing round, and the private use areas. */
const hidden = /\u034f|[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu;

/** One line in which nothing hides: a model may read what no person sees. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\t', '  ')
    .replaceAll(hidden, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Before the text of a line, and in the place of the first of the blanks between two words. */
export function marked(text: string, marker: string): string {
  return `${marker}${visible(text).replaceAll(/(?<=\S)\s(?=\s*\S)/g, marker)}`;
}

/** What a quote and the line that it was taken from have in common, however blanks and marks were copied. */
export function bare(text: string): string {
  return text.replaceAll(/[\s\ue000-\uf8ff]+/g, '');
}
