import type { IncomingHttpHeaders } from 'node:http';
import type { Says } from './script.ts';

export type WireAnswer = {
  readonly says: Says;
  readonly stop: NonNullable<Says['stop']>;
  /** As it was asked for. */
  readonly model: string;
};

export type WireQuestion = {
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
};

/** How a real server of one kind speaks. */
export type ServedWire = {
  /** Of a streamed answer, in order, as bytes. */
  events(answer: WireAnswer): readonly string[];
  /** Of an answer in one piece. */
  whole(answer: WireAnswer): object;
  error(status: number, message: string, type?: string): object;
  errorEvent(type: string, message: string): string;
  babble(data: string): string;
  endless(): string;
  /** Why a real one would refuse this request; undefined: it would not. */
  problem(question: WireQuestion): string | undefined;
  keyOf(headers: IncomingHttpHeaders): string;
};
