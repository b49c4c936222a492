import { readFile } from 'node:fs/promises';
import { AutolandError, messageOf } from '../domain/errors.ts';
import { readArm, readMatchers, readMetric } from '../stages/7-rollout/recorded/scraped/matchers.ts';
import type { AnalyzeScrapedWish } from '../wiring/serving/analyze.ts';
import { readShare } from './shares.ts';
import { readTime } from './times.ts';

/** As commander read them. */
export type PrometheusOptions = {
  readonly prometheus: string;
  readonly canary?: string;
  readonly baseline?: string;
  readonly matching?: string;
  readonly histogram?: string;
  readonly counter?: string;
  readonly errors?: string;
  readonly from?: string;
  readonly to?: string;
  readonly weight?: readonly string[];
  readonly tokenFile?: string;
  readonly timeout: string;
};

type Read = Pick<AnalyzeScrapedWish, 'prometheus' | 'scraped'>;

/** The names that OpenTelemetry's HTTP metric gets in Prometheus. */
const defaults = {
  histogram: 'http_server_request_duration_seconds',
  errors: 'http_response_status_code=~"5.."',
};
export const tokenVariable = 'AUTOLAND_PROMETHEUS_TOKEN';
const mostBytes = 32 * 1024 * 1024;

/** Throws `usage` with what is missing and how it is written. */
export async function readPrometheus(options: PrometheusOptions, every: number, now: Date): Promise<Read> {
  const from = readTime(needed(options.from, '--from 2026-11-29T10:00:00Z'), '--from');
  const to = options.to === undefined ? now.getTime() / 1000 : readTime(options.to, '--to');
  if (to <= from)
    throw usage(`expected --to after --from, found ${to - from} s between`, '--to is now by default');
  const common = options.matching === undefined ? [] : readMatchers(options.matching, '--matching');
  const arm = (name: 'canary' | 'baseline') => [
    ...readArm(needed(options[name], `--${name} 1.3, or --${name} 'service_version="1.3"'`), `--${name}`),
    ...common,
  ];
  return {
    scraped: {
      metric: metricOf(options),
      matchers: { canary: arm('canary'), baseline: arm('baseline') },
      errors: readMatchers(options.errors ?? defaults.errors, '--errors'),
      from,
      to,
      every,
      steps: stepsOf(options.weight ?? [], from, to),
    },
    prometheus: {
      url: urlOf(options.prometheus),
      token: await tokenOf(options),
      timeoutMs: secondsOf(options.timeout) * 1000,
      mostBytes,
    },
  };
}

function metricOf({ histogram, counter }: PrometheusOptions): Read['scraped']['metric'] {
  if (histogram !== undefined && counter !== undefined)
    throw usage(
      'expected --histogram or --counter, found both',
      'a histogram counts requests too: leave out --counter',
    );
  if (counter !== undefined) return { name: readMetric(counter, '--counter'), kind: 'counter' };
  return { name: readMetric(histogram ?? defaults.histogram, '--histogram'), kind: 'histogram' };
}

/** `1%@TIME`, in the order of time and of rising weight; one alone may have been there from the beginning. */
function stepsOf(texts: readonly string[], from: number, to: number): Read['scraped']['steps'] {
  const steps = texts.map((text) => {
    const [share = '', ...time] = text.split('@');
    return { weight: readShare(share), at: time.length === 0 ? from : readTime(time.join('@'), '--weight') };
  });
  const mend =
    'write when each step began: --weight 1%@2026-11-29T10:05:00Z --weight 10%@2026-11-29T10:15:00Z';
  if (steps.length === 0) throw usage('expected the weight of the canary, found none', mend);
  for (const [n, { weight, at }] of steps.entries()) {
    const before = steps[n - 1];
    if (weight <= (before?.weight ?? 0) || at <= (before?.at ?? Number.NEGATIVE_INFINITY))
      throw usage(`expected weights that rise with time, found ${JSON.stringify(texts[n])}`, mend);
    if (at >= to) throw usage(`expected steps before --to, found ${JSON.stringify(texts[n])}`, mend);
  }
  return steps;
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const mend = 'write --prometheus http://127.0.0.1:9090, with the path that stands before /api';
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw usage(
      `expected an http or https address of Prometheus, found ${JSON.stringify(text.slice(0, 80))}`,
      mend,
    );
  if (url.username !== '' || url.password !== '')
    throw usage(
      'expected an address without credentials',
      `give a bearer token by --token-file or ${tokenVariable}`,
    );
  return url;
}

async function tokenOf({ tokenFile, prometheus }: PrometheusOptions): Promise<string | undefined> {
  const token = tokenFile === undefined ? process.env[tokenVariable] : await fileOf(tokenFile);
  if (token === undefined || token.trim() === '') return undefined;
  if (!/^[\x21-\x7e]+$/.test(token.trim()))
    throw usage('expected a bearer token of one word', 'the file holds the token alone, without "Bearer"');
  const { protocol, hostname } = urlOf(prometheus);
  const isNear = hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
  if (protocol === 'http:' && !isNear)
    throw usage('expected https where a token is sent, found http', 'write --prometheus https://…');
  return token.trim();
}

async function fileOf(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw usage(`expected a token in ${path}: ${messageOf(cause)}`, 'name a file that can be read');
  });
  if (text.trim() === '')
    throw usage(`expected a token in ${path}, found nothing`, 'write the token into it');
  return text;
}

function secondsOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 3600) return Number(text);
  throw usage(`expected seconds from 1 to 3600, found ${JSON.stringify(text)}`, 'write --timeout 30');
}

function needed(text: string | undefined, example: string): string {
  if (text !== undefined) return text;
  throw usage(`expected ${example.split(' ')[0]} with --prometheus, found none`, `write ${example}`);
}

function usage(message: string, mend: string): AutolandError {
  return new AutolandError('usage', message, { mend });
}
