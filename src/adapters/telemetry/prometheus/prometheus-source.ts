import { AutolandError, messageOf } from '../../../domain/errors.ts';
import type { MetricSeries } from '../../../domain/metric-series.ts';
import type { MetricsSource, SamplesQuestion } from '../../../ports/metrics-source.ts';
import { parsed, readAnswer, toldBy } from './answer.ts';

export type PrometheusOptions = {
  /** The API stands below it, at api/v1. */
  readonly url: URL;
  /** For `Authorization: Bearer`; undefined: none is needed. */
  readonly token: string | undefined;
  /** For one answer, its whole body included. */
  readonly timeoutMs: number;
  /** Of one answer. */
  readonly mostBytes: number;
};

/** Prometheus' HTTP API, which Thanos, Mimir and VictoriaMetrics speak too. Never follows a redirect: the token would go along. */
export class PrometheusSource implements MetricsSource {
  readonly #options: PrometheusOptions;

  constructor(options: PrometheusOptions) {
    this.#options = options;
  }

  async samples(question: SamplesQuestion): Promise<readonly MetricSeries[]> {
    const text = await this.#ask(question);
    try {
      return readAnswer(text).flatMap((series) => within(series, question));
    } catch (thrown) {
      if (thrown instanceof RangeError) throw this.#invalid(thrown.message);
      throw thrown;
    }
  }

  async #ask({ selector, from, to }: SamplesQuestion): Promise<string> {
    const { url, token, timeoutMs } = this.#options;
    const target = new URL(`${url.pathname.replace(/\/$/, '')}/api/v1/query`, url);
    // A range selector answers what was scraped; query_range would repeat samples through a gap.
    target.searchParams.set('query', `${selector}[${Math.ceil((to - from) * 1000)}ms]`);
    target.searchParams.set('time', to.toFixed(3));
    target.searchParams.set('timeout', `${Math.ceil(timeoutMs / 1000)}s`);
    // Thanos answers what it has otherwise, and only warns.
    target.searchParams.set('partial_response', 'false');
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { accept: 'application/json', 'user-agent': 'autoland', ...authorization };
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(target, { headers, redirect: 'manual', signal });
      const body = await this.#body(response);
      if (response.status === 200) return body;
      throw this.#refused(response.status, body);
    } catch (thrown) {
      if (thrown instanceof AutolandError) throw thrown;
      throw this.#unreachable(reasonOf(thrown, timeoutMs), thrown);
    }
  }

  async #body(response: Response): Promise<string> {
    const { mostBytes } = this.#options;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > mostBytes) throw this.#invalid(`it is larger than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #refused(status: number, body: string): AutolandError {
    const told = toldBy(parsed(body));
    // 422 and 400 are its answers to a query; the others come from whatever stands before it.
    if (told !== undefined && (status === 400 || status === 422)) return this.#invalid(told);
    const why = status >= 300 && status < 400 ? 'it redirects, which is not followed' : `status ${status}`;
    return this.#unreachable(told === undefined ? why : `${why}: ${told}`);
  }

  #unreachable(found: string, cause?: unknown): AutolandError {
    const { host } = this.#options.url;
    return new AutolandError(
      'telemetry.unreachable',
      `expected an answer of Prometheus at ${host}, but ${found}`,
      {
        mend: 'see that the address opens, with its path before /api, and that the token is right; more time: --timeout 120',
        cause,
      },
    );
  }

  #invalid(found: string): AutolandError {
    const { host } = this.#options.url;
    return new AutolandError(
      'telemetry.invalid',
      `expected the whole answer of Prometheus at ${host}, but ${found}`,
      {
        mend: 'ask for less: fewer series by --matching, a shorter time by --from and --to; a partial answer decides nothing',
      },
    );
  }
}

/** Both ends of a range belonged to it before Prometheus 3. */
function within({ labels, samples }: MetricSeries, { from, to }: SamplesQuestion): readonly MetricSeries[] {
  const inside = samples.filter(([at]) => at > from && at <= to);
  if (inside.some(([at], n) => at <= (inside[n - 1]?.[0] ?? Number.NEGATIVE_INFINITY)))
    throw new RangeError('the samples of a series are not in the order of time');
  return inside.length === 0 ? [] : [{ labels, samples: inside }];
}

function reasonOf(thrown: unknown, timeoutMs: number): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return `nothing whole came within ${timeoutMs} ms`;
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  return messageOf(cause);
}
