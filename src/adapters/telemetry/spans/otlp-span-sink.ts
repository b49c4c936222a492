import { messageOf } from '../../../domain/errors.ts';
import type { NewEvent } from '../../../domain/journal.ts';
import type { SpanSink } from '../../../ports/span-sink.ts';
import { encodeTraces } from './encode-traces.ts';
import { genAiSpan, type Span } from './gen-ai-span.ts';
import type { OtlpSettings } from './otlp-settings.ts';

export type OtlpSpanSinkOptions = OtlpSettings & {
  readonly version: string;
  /** Told once for each time that it stops working. */
  readonly onTrouble: (message: string) => void;
  readonly timeoutMs?: number;
  readonly pauseMs?: number;
  readonly closeMs?: number;
};

const mostWaiting = 512;
const mostAtOnce = 128;

/** Sends spans by OTLP over HTTP, some at a time. A collector that is away, slow or full costs spans, and nothing else. */
export class OtlpSpanSink implements SpanSink {
  readonly #options: OtlpSpanSinkOptions;
  readonly #waiting: Span[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isBroken = false;
  readonly #closing = new AbortController();

  constructor(options: OtlpSpanSinkOptions) {
    this.#options = options;
  }

  take(event: NewEvent): void {
    try {
      const span = genAiSpan(event);
      if (span === undefined) return;
      if (this.#waiting.length >= mostWaiting) this.#waiting.shift();
      this.#waiting.push(span);
      this.#timer ??= setTimeout(() => this.#send(), this.#options.pauseMs ?? 1000).unref();
    } catch (thrown) {
      this.#tell(messageOf(thrown));
    }
  }

  /** Sends what waits, and waits for that a moment only: who ends this program must not wait for a collector. */
  async close(): Promise<void> {
    const limit = setTimeout(() => this.#closing.abort(), this.#options.closeMs ?? 2000);
    this.#send();
    while (this.#sending !== undefined) {
      await this.#sending;
      if (!this.#closing.signal.aborted) this.#send();
    }
    clearTimeout(limit);
    clearTimeout(this.#timer);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#sending !== undefined || this.#waiting.length === 0) return;
    this.#sending = this.#post(this.#waiting.splice(0, mostAtOnce)).finally(() => {
      this.#sending = undefined;
      if (this.#waiting.length > 0 && this.#timer === undefined)
        this.#timer = setTimeout(() => this.#send(), this.#options.pauseMs ?? 1000).unref();
    });
  }

  async #post(spans: readonly Span[]): Promise<void> {
    const { url, headers, version, timeoutMs = 10_000 } = this.#options;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/x-protobuf',
          'user-agent': `autoland/${version}`,
        },
        body: encodeTraces(spans, this.#options),
        // It would take the headers, and a key in them, elsewhere.
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#closing.signal]),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`it answered ${answer.status}`);
      this.#isBroken = false;
    } catch (thrown) {
      this.#tell(messageOf(thrown));
    }
  }

  #tell(why: string): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    const { host } = new URL(this.#options.url);
    this.#options.onTrouble(`spans could not be sent to ${host}: ${why}; nothing else is held up by that`);
  }
}
