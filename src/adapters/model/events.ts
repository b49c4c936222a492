import { TextDecoder } from 'node:util';
import { createParser } from 'eventsource-parser';
import type { WireEvent } from './wire.ts';
import { malformed } from './wire-fault.ts';

export type StreamLimits = {
  /** Of the whole answer. */
  readonly bytes: number;
  /** Of one event. */
  readonly eventBytes: number;
};

/** The events of a text/event-stream, as they come. Throws a WireFault at what is too long or no UTF-8. */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
  limits: StreamLimits,
): AsyncGenerator<WireEvent> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const queue: WireEvent[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: limits.eventBytes,
    onEvent: (event) => queue.push(event),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') isTooLong = true;
    },
  });
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limits.bytes) throw malformed(`its answer is longer than ${limits.bytes} bytes`);
    parser.feed(decoded(decoder, chunk));
    if (isTooLong) throw malformed(`an event of its answer is longer than ${limits.eventBytes} bytes`);
    yield* queue.splice(0);
  }
}

function decoded(decoder: TextDecoder, chunk: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw malformed('its answer is no UTF-8');
  }
}
