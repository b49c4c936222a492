import { printable } from '../../../domain/printable.ts';

/** Text for XML and HTML, in elements and in attributes. */
export function escapeXml(text: string): string {
  const lines = text.split('\n').map(printable).join('\n');
  // Neither may stand in XML, not even escaped.
  return lines
    .replaceAll(/[\ufffe\uffff]/g, '')
    .toWellFormed()
    .replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/**
 * Text that Markdown shows as it is, in one line: every ASCII mark is a character reference, so it makes no markup, no
 * link, no mention and no reference to an issue.
 */
export function escapeMarkdown(text: string): string {
  const marked = printable(text).replaceAll(/[!-/:-@[-`{-~]/g, (one) =>
    /[,()/ -]/.test(one) ? one : `&#${one.charCodeAt(0)};`,
  );
  // GitHub makes links of bare addresses, and mentions where a reference is decoded before it looks.
  return marked
    .replaceAll('&#64;', '&#64;\u200b')
    .replaceAll(/\b(https?|www|ftp|mailto)(?=&#)/gi, '$1\u200b')
    .replaceAll('&#35;', '&#35;\u200b');
}
