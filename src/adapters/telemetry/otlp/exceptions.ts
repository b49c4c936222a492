import { hash } from 'node:crypto';
import type { InstanceExceptions, ReportedException } from '../../../domain/crashes/exception.ts';
import { errorTypeOf, parseStack } from '../../../domain/crashes/stack.ts';
import { plainText } from '../../../domain/plain.ts';
import { type Attributes, exceptionEvent } from './shapes.ts';

/** Between two calls of `take`; more are counted alone. */
const mostKinds = 30;
/** Of one span; OpenTelemetry's SDKs keep as many by default. */
const mostEvents = 128;
/** An exception that several spans of a trace tell of, or a span and a record, is one. */
const mostTold = 1000;
/** More than anybody keeps: a credential in what is kept must be whole where it is looked for. */
const longestMessage = 4_000;

type Span = { readonly traceId: string; readonly hasFailed: boolean };
type Counted = Omit<ReportedException, 'count'> & { count: number };

/** Exceptions that one instance tells of, by its spans and its logs. Its memory is bounded, whatever is sent. */
export class Exceptions {
  readonly #told = new Set<string>();
  #kinds = new Map<string, Counted>();
  #dropped = 0;

  /** One that a span survived, and that did not leave it, was expected there. */
  inSpan(events: readonly unknown[], { traceId, hasFailed }: Span): void {
    for (const event of events.slice(0, mostEvents)) {
      const parsed = exceptionEvent.safeParse(event);
      if (!parsed.success) continue;
      const { attributes } = parsed.data;
      if (hasFailed || told(attributes, 'exception.escaped') === true) this.add(attributes, traceId);
    }
  }

  /** Passed over without a stack that names a file. */
  add(attributes: Attributes, traceId: string): void {
    const stack = textOf(attributes, 'exception.stacktrace');
    if (stack === '') return;
    const message = textOf(attributes, 'exception.message');
    const frames = parseStack(stack, message);
    if (frames.length === 0) return;
    const errorType = errorTypeOf(textOf(attributes, 'exception.type'));
    // Not the message: it may be another one each time.
    const kind = JSON.stringify([errorType, frames]);
    if (this.#isKnown(kind, traceId)) return;
    const known = this.#kinds.get(kind);
    if (known !== undefined) known.count += 1;
    else if (this.#kinds.size >= mostKinds) this.#dropped += 1;
    else this.#kinds.set(kind, { errorType, message: plainText(message, longestMessage), frames, count: 1 });
  }

  take(): Pick<InstanceExceptions, 'exceptions' | 'dropped'> {
    const taken = { exceptions: [...this.#kinds.values()], dropped: this.#dropped };
    this.#kinds = new Map();
    this.#dropped = 0;
    return taken;
  }

  /** Without a trace each counts. */
  #isKnown(kind: string, traceId: string): boolean {
    if (!/^[0-9a-f]{32}$/i.test(traceId) || /^0+$/.test(traceId)) return false;
    const key = `${traceId} ${hash('sha256', kind, 'base64')}`;
    if (this.#told.has(key)) return true;
    this.#told.add(key);
    const [oldest] = this.#told;
    if (this.#told.size > mostTold && oldest !== undefined) this.#told.delete(oldest);
    return false;
  }
}

function told(attributes: Attributes, name: string): Attributes[number]['value'] {
  return attributes.find(({ key }) => key === name)?.value;
}

function textOf(attributes: Attributes, name: string): string {
  const value = told(attributes, name);
  return typeof value === 'string' ? value : '';
}
