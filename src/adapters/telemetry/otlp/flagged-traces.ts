import type { Attributes } from './shapes.ts';

/** The oldest go: their other half is late. */
const mostTraces = 1000;
const mostFlags = 16;
const longest = 200;
/** What is kept of a span: it says where and how a request ended. */
const kept = new Set(['http.request.method', 'http.route', 'http.response.status_code', 'error.type']);

type Trace = { readonly flags: Map<string, string>; request: Attributes | undefined };

/** One request that met a flag, with the attributes that its metric would have. */
export type FlaggedRequest = { readonly attributes: Attributes; readonly traceId: string };

/**
 * Puts the flags that a trace met and the request that it served together, in whichever order they come. One request of a trace
 * counts, and the first variant of each flag.
 */
export class FlaggedTraces {
  readonly #traces = new Map<string, Trace>();

  evaluated(traceId: string, flag: string, variant: string): readonly FlaggedRequest[] {
    const trace = this.#trace(traceId);
    const key = flag.slice(0, longest);
    if (trace === undefined || trace.flags.has(key) || trace.flags.size >= mostFlags) return [];
    trace.flags.set(key, variant.slice(0, longest));
    return trace.request === undefined ? [] : [joined(traceId, trace.request, [key, variant])];
  }

  served(traceId: string, attributes: Attributes, isError: boolean): readonly FlaggedRequest[] {
    const trace = this.#trace(traceId);
    if (trace === undefined || trace.request !== undefined) return [];
    const own = attributes.flatMap(({ key, value }) =>
      kept.has(key) ? [{ key, value: shortened(value) }] : [],
    );
    const isTold = own.some(({ key }) => key === 'error.type');
    const request = isError && !isTold ? [...own, { key: 'error.type', value: 'span error' }] : own;
    trace.request = request;
    return [...trace.flags].map((flag) => joined(traceId, request, flag));
  }

  #trace(traceId: string): Trace | undefined {
    if (!/^[0-9a-f]{32}$/i.test(traceId) || /^0+$/.test(traceId)) return undefined;
    const known = this.#traces.get(traceId);
    if (known !== undefined) return known;
    const made: Trace = { flags: new Map(), request: undefined };
    this.#traces.set(traceId, made);
    const [oldest] = this.#traces.keys();
    if (this.#traces.size > mostTraces && oldest !== undefined) this.#traces.delete(oldest);
    return made;
  }
}

function joined(
  traceId: string,
  request: Attributes,
  [flag, variant]: readonly [string, string],
): FlaggedRequest {
  const flags = [
    { key: 'feature_flag.key', value: flag },
    { key: 'feature_flag.result.variant', value: variant },
  ];
  return { traceId, attributes: [...request, ...flags] };
}

function shortened(value: Attributes[number]['value']): Attributes[number]['value'] {
  return typeof value === 'string' ? value.slice(0, longest) : value;
}
