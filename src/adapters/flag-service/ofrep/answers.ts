import { z } from 'zod';
import { type Evaluation, flagNamed } from '../evaluator.ts';
import type { Serving } from '../serving.ts';
import { type Selection, select } from '../snapshot.ts';

/** What OFREP answers for one flag. */
export type FlagAnswer =
  | {
      readonly key: string;
      readonly value: boolean;
      readonly reason: string;
      readonly variant: string;
      readonly metadata: { readonly version: number };
    }
  | Failure;
export type Failure = { readonly key: string; readonly errorCode: string; readonly errorDetails: string };

const request = z.object({ context: z.record(z.string(), z.unknown()) });

/** The targeting key; '' where the context has none. undefined: it is no request for an evaluation. */
export function targetingKeyIn(body: unknown): string | undefined {
  const parsed = request.safeParse(body);
  if (!parsed.success) return undefined;
  const { targetingKey } = parsed.data.context;
  return typeof targetingKey === 'string' ? targetingKey : '';
}

export function answerFor(serving: Serving, key: string, targetingKey: string): FlagAnswer {
  const { current } = serving.feed;
  // A closed flag is off for everybody: nobody needs to be told apart for that.
  if (flagNamed(current, key)?.open === true && targetingKey === '') return withoutKey(key);
  const found = serving.evaluator.evaluate(current, key, targetingKey);
  return found === undefined ? notFound(key) : shown(key, found);
}

export function answerForAll(
  serving: Serving,
  selection: Selection,
  targetingKey: string,
): readonly FlagAnswer[] {
  return select(serving.feed.current, selection).map(({ key }) => answerFor(serving, key, targetingKey));
}

export const invalidContext = {
  errorCode: 'INVALID_CONTEXT',
  errorDetails: 'expected a JSON body {"context": {"targetingKey": "…"}}',
};

function shown(key: string, { value, reason, variant, version }: Evaluation): FlagAnswer {
  // OFREP has no reason for a default that is not the code's.
  return { key, value, reason: reason === 'DEFAULT' ? 'UNKNOWN' : reason, variant, metadata: { version } };
}

function withoutKey(key: string): Failure {
  const errorDetails = 'expected a targetingKey in the context: this flag is on for a share of users';
  return { key, errorCode: 'TARGETING_KEY_MISSING', errorDetails };
}

function notFound(key: string): Failure {
  const errorDetails = `expected the key of a flag, found ${JSON.stringify(key.slice(0, 200))}`;
  return { key, errorCode: 'FLAG_NOT_FOUND', errorDetails };
}
