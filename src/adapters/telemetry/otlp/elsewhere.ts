import type { ClaimedExceptions } from '../../../domain/crashes/exception.ts';
import { printable } from '../../../domain/printable.ts';
import { Exceptions } from './exceptions.ts';
import { Intake } from './intake.ts';
import { OtlpSocket } from './otlp-socket.ts';
import type { Taken } from './self-reports.ts';
import { type Attributes, logsBody, tracesBody } from './shapes.ts';

/** Services and versions that are remembered; while all of them were heard of late, what others tell is counted alone. */
const mostSources = 20;
const longestName = 100;
const nothing: Taken = { rejected: 0, why: '' };

type Source = {
  readonly service: string;
  readonly version: string;
  readonly exceptions: Exceptions;
  /** Since the last call of `take`. */
  isHeard: boolean;
};

/**
 * The socket for services that autoland does not run: a collector of the operator's hands on what they export. Of it only exceptions are
 * read, by the version that each says it is. DANGER: whoever may write to it may claim anything of any service; it is open to this user alone.
 */
export class ElsewhereReceiver {
  readonly #socket: OtlpSocket;
  readonly #sources = new Map<string, Source>();
  #dropped = 0;

  constructor(path: string) {
    this.#socket = new OtlpSocket(path, new Intake({ take: (signal, body) => this.#take(signal, body) }));
  }

  listen(): Promise<void> {
    return this.#socket.listen();
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  /** What was told since the last call. */
  take(): readonly ClaimedExceptions[] {
    const taken: ClaimedExceptions[] = [];
    for (const source of this.#sources.values()) {
      const { service, version, exceptions } = source;
      if (source.isHeard) taken.push({ service, version, ...exceptions.take() });
      source.isHeard = false;
    }
    if (this.#dropped > 0) taken.push({ service: '', version: '', exceptions: [], dropped: this.#dropped });
    this.#dropped = 0;
    return taken.filter(({ exceptions, dropped }) => exceptions.length + dropped > 0);
  }

  #take(signal: 'metrics' | 'traces' | 'logs', body: unknown): Taken {
    if (signal === 'traces') this.#takeTraces(body);
    if (signal === 'logs') this.#takeLogs(body);
    return nothing;
  }

  #takeTraces(body: unknown): void {
    for (const { resource, scopeSpans } of tracesBody.parse(body).resourceSpans)
      for (const { status, events, traceId } of scopeSpans.flatMap(({ spans }) => spans))
        if (events.some(isException))
          this.#of(resource.attributes)?.inSpan(events, { traceId, hasFailed: status.code });
  }

  #takeLogs(body: unknown): void {
    for (const { resource, scopeLogs } of logsBody.parse(body).resourceLogs)
      for (const { traceId, attributes, severityNumber: isSevere } of scopeLogs.flatMap(
        ({ logRecords }) => logRecords,
      ))
        if (isSevere && attributes.some(({ key }) => key === 'exception.stacktrace'))
          this.#of(resource.attributes)?.add(attributes, traceId);
  }

  /** undefined: it does not say who it is, or too many do. */
  #of(attributes: Attributes): Exceptions | undefined {
    const [service, version] = [nameOf(attributes, 'service.name'), nameOf(attributes, 'service.version')];
    if (service === undefined || version === undefined || !this.#hasRoom(service, version)) {
      this.#dropped += 1;
      return undefined;
    }
    const key = JSON.stringify([service, version]);
    const source = this.#sources.get(key) ?? {
      service,
      version,
      exceptions: new Exceptions(),
      isHeard: true,
    };
    // Who was heard last stands last, and is remembered: what a span and a record tell of one trace counts once.
    this.#sources.delete(key);
    this.#sources.set(key, source);
    source.isHeard = true;
    return source.exceptions;
  }

  #hasRoom(service: string, version: string): boolean {
    if (this.#sources.has(JSON.stringify([service, version])) || this.#sources.size < mostSources)
      return true;
    const [silent] = [...this.#sources].find(([, { isHeard }]) => !isHeard) ?? [];
    return silent !== undefined && this.#sources.delete(silent);
  }
}

/** Spans are many, and their other events say nothing of crashes. */
function isException(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'name' in event && event.name === 'exception';
}

function nameOf(attributes: Attributes, key: string): string | undefined {
  const value = attributes.find((one) => one.key === key)?.value;
  const isName = typeof value === 'string' && value !== '' && value.length <= longestName;
  return isName && printable(value) === value ? value : undefined;
}
