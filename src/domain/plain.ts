import { invisible } from './invisible.ts';
import type { Json } from './json.ts';
import { printable } from './printable.ts';

const invisibles = new RegExp(`${invisible.source}|\\ufeff`, 'gu');

/**
 * Text from outside for a program that may take text for orders: one line, as it looks, at most `most` characters. What
 * it says is left alone: no filter tells an order from a sentence about one.
 */
export function plainText(text: string, most: number): string {
  // What is far too long is not looked through.
  let plain = printable(text.slice(0, 4 * most)).toWellFormed();
  for (let before = ''; before !== plain; ) {
    before = plain;
    // What is taken out may bring two together that are hidden only now.
    plain = plain.replaceAll(invisibles, '');
  }
  return plain.length <= most && text.length <= 4 * most
    ? plain
    : `${plain.slice(0, most - 1).toWellFormed()}…`;
}

export type PlainLimits = {
  /** Characters of one text. */
  readonly text: number;
  /** Of one list, and names of one object. */
  readonly items: number;
  readonly depth: number;
};

/** The same for every text in it, names too; what is beyond the limits is left out, and `…` stands for what is too deep. */
export function plainJson(value: Json, limits: PlainLimits): Json {
  if (typeof value === 'string') return plainText(value, limits.text);
  if (typeof value !== 'object' || value === null) return value;
  if (limits.depth === 0) return '…';
  const below = { ...limits, depth: limits.depth - 1 };
  if (Array.isArray(value)) return value.slice(0, limits.items).map((one) => plainJson(one, below));
  const entries = Object.entries(value).slice(0, limits.items);
  return Object.fromEntries(
    entries.map(([name, one]) => [plainText(name, limits.text), plainJson(one, below)]),
  );
}
