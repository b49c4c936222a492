import { printable } from '../../../domain/printable.ts';
import type { RouteReport } from '../../../domain/self-report.ts';
import type { Attributes } from './shapes.ts';

/** More are counted together, without a name. */
const mostRoutes = 100;
const longestName = 120;
const mostStatuses = 8;
/** Error spans of routes that no metric has named yet. */
const mostTraces = 200;

type Counts = {
  requests: number;
  failed: number;
  readonly statuses: Map<string, number>;
  traceId: string | null;
};

/** What is told is of the last minutes: arms that began at other times can be compared, and what was long ago is no news. */
const slotMs = 60_000;
const keptSlots = 10;

type Slot = { readonly since: number; readonly routes: Map<string, Counts> };

/** Requests and failures by route, as an instance reports them; bounded, and made fit to be shown. Times are monotonic, in ms. */
export class RouteCounts {
  readonly #nameOf: (attributes: Attributes) => string;
  readonly #slots: Slot[] = [];
  readonly #traces = new Map<string, string>();

  /** `nameOf`: what is counted apart. */
  constructor(nameOf: (attributes: Attributes) => string = routeOf) {
    this.#nameOf = nameOf;
  }

  /** `traceId`: of one of them, if it is known. */
  add(attributes: Attributes, count: number, traceId: string | undefined, now: number): void {
    const counts = this.#countsOf(this.#nameOf(attributes), now);
    counts.requests += count;
    if (!isFailure(attributes)) return;
    counts.failed += count;
    const status = statusOf(attributes);
    if (counts.statuses.size < mostStatuses || counts.statuses.has(status))
      counts.statuses.set(status, (counts.statuses.get(status) ?? 0) + count);
    if (traceId !== undefined && isTraceId(traceId)) counts.traceId = traceId;
  }

  /** An error span counts nothing: it is an example of what the metrics count. */
  sawErrorSpan(attributes: Attributes, traceId: string): void {
    const name = this.#nameOf(attributes);
    if (!isTraceId(traceId) || (this.#traces.size >= mostTraces && !this.#traces.has(name))) return;
    this.#traces.set(name, traceId);
  }

  /** Those that failed most come first. */
  reports(most: number, now: number): readonly RouteReport[] {
    this.#forget(now);
    const sums = new Map<string, Counts>();
    for (const [route, counts] of this.#slots.flatMap(({ routes }) => [...routes])) {
      const sum = sums.get(route) ?? noCounts();
      sum.requests += counts.requests;
      sum.failed += counts.failed;
      for (const [status, count] of counts.statuses)
        if (sum.statuses.size < mostStatuses || sum.statuses.has(status))
          sum.statuses.set(status, (sum.statuses.get(status) ?? 0) + count);
      sum.traceId = counts.traceId ?? sum.traceId;
      sums.set(route, sum);
    }
    return [...sums]
      .toSorted(([, one], [, other]) => other.failed - one.failed || other.requests - one.requests)
      .slice(0, most)
      .map(([route, { requests, failed, statuses, traceId }]) => ({
        route,
        requests,
        failed,
        statuses: Object.fromEntries(statuses),
        traceId: failed > 0 ? (traceId ?? this.#traces.get(route) ?? null) : null,
      }));
  }

  #countsOf(name: string, now: number): Counts {
    this.#forget(now);
    let slot = this.#slots.at(-1);
    if (slot === undefined || now >= slot.since + slotMs) {
      slot = { since: now, routes: new Map() };
      this.#slots.push(slot);
    }
    const isFull = slot.routes.size >= mostRoutes && !slot.routes.has(name);
    const key = isFull ? 'others' : name;
    const counts = slot.routes.get(key) ?? noCounts();
    slot.routes.set(key, counts);
    return counts;
  }

  #forget(now: number): void {
    while ((this.#slots[0]?.since ?? now) < now - keptSlots * slotMs) this.#slots.shift();
  }
}

function noCounts(): Counts {
  return { requests: 0, failed: 0, statuses: new Map(), traceId: null };
}

/** As the semantic conventions have it: `error.type` is there, or the status says so. */
export function isFailure(attributes: Attributes): boolean {
  if (attributes.some(({ key }) => key === 'error.type')) return true;
  return Number(told(attributes, 'http.response.status_code') ?? 0) >= 500;
}

/** undefined: the request met no flag. */
export function variantOf(attributes: Attributes): string | undefined {
  const { flag, variant } = evaluationIn(attributes);
  return flag === undefined ? undefined : shown(`${flag} = ${variant}`);
}

type Evaluation = { readonly flag: string | undefined; readonly variant: string };

/** A flag without variants may tell its value. */
export function evaluationIn(attributes: Attributes): Evaluation {
  const named = told(attributes, 'feature_flag.result.variant');
  const variant = named ?? told(attributes, 'feature_flag.result.value') ?? 'unknown';
  return { flag: told(attributes, 'feature_flag.key'), variant };
}

function routeOf(attributes: Attributes): string {
  const method = told(attributes, 'http.request.method');
  const route = told(attributes, 'http.route') ?? '(no route)';
  return shown([method, route].filter((each) => each !== undefined).join(' '));
}

/** A request may fail though its status is well, as when its client has gone. */
function statusOf(attributes: Attributes): string {
  const status = told(attributes, 'http.response.status_code');
  const error = told(attributes, 'error.type');
  return shown((Number(status ?? 0) >= 400 ? status : error) ?? status ?? 'unknown');
}

function told(attributes: Attributes, name: string): string | undefined {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value === undefined ? undefined : String(value);
}

function shown(text: string): string {
  return printable(text.slice(0, 2 * longestName)).slice(0, longestName);
}

function isTraceId(text: string): boolean {
  return /^[0-9a-f]{32}$/i.test(text) && !/^0+$/.test(text);
}
