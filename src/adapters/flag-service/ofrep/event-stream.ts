import type { Client } from '../admission.ts';
import { digestFor, type Serving, turns } from '../serving.ts';

/** How soon a browser comes again by itself. */
const RETRY_MS = 1_000;

export type Stream = {
  readonly client: Client;
  /** What the client heard last, of us or of a process before; null: it comes for the first time. */
  readonly lastEventId: string | null;
  /** Called once, when the stream has ended. */
  readonly leave: () => void;
};

/**
 * Server-sent events that say when to ask anew. Whoever has not heard of what is served now is told at once: something
 * may have changed between its answer and this stream, or while the service was away.
 */
export function eventStream(
  serving: Serving,
  { client, lastEventId, leave }: Stream,
): ReadableStream<Uint8Array> {
  const end = new AbortController();
  const text = lines(serving, client, { lastEventId, signal: end.signal });
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      // Pulled, so that a client that does not read gets the newest later instead of everything.
      async pull(controller) {
        const { done, value } = await text.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        leave();
        controller.close();
      },
      cancel() {
        end.abort();
        leave();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* lines(
  serving: Serving,
  client: Client,
  { lastEventId, signal }: { readonly lastEventId: string | null; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  let told = lastEventId;
  yield `retry: ${RETRY_MS}\n\n`;
  for await (const turn of turns(serving, client, signal, 'later')) {
    if (turn === 'revoked') return;
    const digest = digestFor(serving, client.selection);
    yield digest === told ? ':\n\n' : refetch(digest);
    told = digest;
  }
}

function refetch(digest: string): string {
  const data = JSON.stringify({ type: 'refetchEvaluation', etag: digest });
  return `id: ${digest}\nevent: message\ndata: ${data}\n\n`;
}
