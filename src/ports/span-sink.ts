import type { NewEvent } from '../domain/journal.ts';

/** Tells tracing of what was recorded. MUST NOT throw, nor let anybody wait; what cannot be told is lost. MUST NOT carry content. */
export interface SpanSink {
  take(event: NewEvent): void;
}
