import type { ModelMessage } from './model.ts';

/** What a program of somebody else's says that it did: its own word, and evidence of nothing. */
export type Told =
  | Exclude<ModelMessage, { role: 'user' }>
  /** Lines that are of no form known here. */
  | { readonly role: 'printed'; readonly text: string };

/** As the program counts. What its models really took is counted at the model proxy. */
export type ToldUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** null: it names no price. */
  readonly microdollars: number | null;
};

export type Transcript = {
  /** In the order in which it was printed. */
  readonly told: readonly Told[];
  /** null: it does not say. */
  readonly usage: ToldUsage | null;
  /** `open`: it began, and never said that it was done. */
  readonly end: { readonly kind: 'done' | 'open' } | { readonly kind: 'failed'; readonly why: string };
};
