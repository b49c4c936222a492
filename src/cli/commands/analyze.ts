import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { slowReportSeconds } from '../../domain/self-report.ts';
import type { Conclusion } from '../../stages/7-rollout/recorded/conclusion.ts';
import type { Look } from '../../stages/7-rollout/recorded/recorded-rollout.ts';
import { jsonText, print } from '../output.ts';
import type { PrometheusOptions } from '../prometheus-options.ts';
import { mustBeWritable, save } from '../save.ts';
import { readShare } from '../shares.ts';

type AnalyzeOptions = Omit<PrometheusOptions, 'prometheus'> & {
  readonly prometheus?: string;
  readonly plan?: string;
  readonly every?: string;
  readonly metric?: readonly string[];
  readonly plot?: string;
  readonly json?: true;
};

const help = `
Exit codes: 0 promote, 1 rollback or inconclusive, 2 bad input.

Examples:
  $ autoland analyze canary.ndjson --weight 1%
  $ autoland analyze --prometheus http://127.0.0.1:9090 --canary 1.3 --baseline 1.2 \\
      --from 2026-11-29T10:00:00Z --to 2026-11-29T10:30:00Z --weight 5%@2026-11-29T10:05:00Z`;

/** A canary analysis of what was recorded. */
export function define(program: Command): void {
  program
    .command('analyze [file]')
    .description('what a rollout would have decided of recorded telemetry (NDJSON, or Prometheus), and when')
    .option('--plan <file>', 'an autoland.yaml; default: a plan for the weights of the record')
    .option(
      '--weight <share>',
      'users on the canary, for a record that does not say: 1% or 0.01; with --prometheus SHARE@TIME for each step',
      (share: string, before: readonly string[] | undefined) => [...(before ?? []), share],
    )
    .option(
      '--metric <name:kind:worse>',
      'what requests or windows tell of it rolls back too: checkout-failed:rate:higher; once for each',
      (metric: string, before: readonly string[] | undefined) => [...(before ?? []), metric],
    )
    .option('--every <seconds>', 'between two looks at requests (default 1); with --prometheus a window (60)')
    .option('--plot <file>', 'draws the evidence over time, as SVG')
    .option('--json', 'each look as a line of JSON')
    .option('--prometheus <url>', 'reads a past rollout there, instead of a file')
    .option('--canary <matchers>', 'its series: a version, or \'label="value",…\'')
    .option('--baseline <matchers>', 'the same for the other arm')
    .option('--matching <matchers>', 'besides, for both arms')
    .option('--histogram <name>', 'of requests (default http_server_request_duration_seconds)')
    .option('--counter <name>', 'of requests, where there is no histogram')
    .option('--errors <matchers>', 'which requests failed (default http_response_status_code=~"5..")')
    .option('--from <time>', 'RFC 3339 or Unix seconds; what comes before the first step says what is usual')
    .option('--to <time>', 'default: now')
    .option('--token-file <file>', 'a bearer token; or the variable AUTOLAND_PROMETHEUS_TOKEN')
    .option('--timeout <seconds>', 'for one answer of Prometheus', '30')
    .addHelpText('after', help)
    .action(analyze);
}

async function analyze(file: string | undefined, options: AnalyzeOptions): Promise<void> {
  const { renderConclusion, renderNotes, renderSlow, renderUntold } = await import('../render/analysis.ts');
  const { plot, json } = options;
  // Looks are told as they come: whoever stops reading them has not been told that it would be promoted.
  process.exitCode = 1;
  if (plot !== undefined) await mustBeWritable(plot);
  const out = await outputOf(json, plot);
  const { conclusion, notes, slow, untold } = await concluded(file, options, out.onLook);
  if (plot !== undefined) await save(plot, out.svg(conclusion));
  if (conclusion.word === 'promote') process.exitCode = 0;
  if (!json) print(undefined, conclusion, renderConclusion);
  if (notes !== undefined) print(json, { prometheus: notes }, () => renderNotes(notes));
  if (slow !== undefined) print(json, { slowEverySeconds: slow }, () => renderSlow(slow));
  if (untold.length > 0) print(json, { untoldMetrics: untold }, () => renderUntold(untold));
}

async function concluded(file: string | undefined, options: AnalyzeOptions, onLook: (look: Look) => void) {
  const { analyzeFile, analyzeScraped } = await import('../../wiring/serving/analyze.ts');
  const { prometheus, plan } = options;
  if ((file === undefined) === (prometheus === undefined)) throw needsOne(file);
  const { readMetrics } = await import('../metric-options.ts');
  const metrics = readMetrics(options.metric);
  if (prometheus !== undefined) {
    if (metrics.length > 0) throw needsFile();
    const { readPrometheus } = await import('../prometheus-options.ts');
    const every = readSeconds(options.every ?? '60');
    const wish = await readPrometheus({ ...options, prometheus }, every, new Date());
    const { conclusion, notes } = await analyzeScraped({ plan, metrics, every, onLook, ...wish });
    const { canary, baseline } = notes;
    return {
      conclusion,
      notes,
      untold: [],
      slow: ifSlow(Math.max(canary.everySeconds ?? 0, baseline.everySeconds ?? 0)),
    };
  }
  const strange = ofPrometheus.find((name) => options[name] !== undefined);
  if (strange !== undefined) throw needsPrometheus(strange === 'tokenFile' ? 'token-file' : strange);
  const wish = {
    file: file ?? '',
    plan,
    metrics,
    weight: oneWeight(options),
    every: readSeconds(options.every ?? '1'),
  };
  const { conclusion, windowSeconds, untold } = await analyzeFile({ ...wish, onLook });
  return { conclusion, notes: undefined, untold, slow: ifSlow(windowSeconds ?? 0) };
}

function ifSlow(seconds: number): number | undefined {
  return seconds > slowReportSeconds ? seconds : undefined;
}

async function outputOf(json: true | undefined, plot: string | undefined) {
  const { dataOf, LookLines } = await import('../render/analysis.ts');
  const { PlotPoints } = await import('../render/analysis-plot.ts');
  const lines = new LookLines();
  const points = new PlotPoints();
  return {
    onLook: (look: Look) => {
      if (plot !== undefined) points.see(look);
      if (json) process.stdout.write(`${jsonText(dataOf(look))}\n`);
      else for (const line of lines.of(look)) process.stdout.write(`${line}\n`);
    },
    svg: (conclusion: Conclusion) => points.svg(conclusion),
  };
}

function oneWeight({ weight }: AnalyzeOptions): number | undefined {
  const [only, ...others] = weight ?? [];
  if (others.length === 0) return only === undefined ? undefined : above0(only);
  throw new AutolandError('usage', 'expected one weight for a file, found several', {
    mend: 'write {"t":0,"weight":0.01} where each step begins',
  });
}

/** Without users there is nothing to analyze. */
function above0(text: string): number {
  const share = readShare(text);
  if (share > 0) return share;
  throw new AutolandError('usage', `expected a share above 0% for --weight, found ${JSON.stringify(text)}`, {
    mend: 'write the share of users that were on the canary: --weight 1%',
  });
}

const ofPrometheus = [
  'canary',
  'baseline',
  'matching',
  'histogram',
  'counter',
  'errors',
  'from',
  'to',
  'tokenFile',
] as const;

function needsPrometheus(name: string): AutolandError {
  return new AutolandError('usage', `expected --prometheus with --${name}, found a file`, {
    mend: `leave out --${name}, or the file: autoland analyze --prometheus http://127.0.0.1:9090 …`,
  });
}

function needsFile(): AutolandError {
  return new AutolandError('usage', 'expected a file with --metric, found --prometheus', {
    mend: 'leave out --metric: requests that Prometheus counted tell nothing of users',
  });
}

function needsOne(file: string | undefined): AutolandError {
  const found = file === undefined ? 'neither' : 'both';
  return new AutolandError('usage', `expected a file or --prometheus, found ${found}`, {
    mend: 'autoland analyze --help has an example of each',
  });
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= 0.01 && seconds <= 86_400) return seconds;
  throw new AutolandError('usage', `expected seconds from 0.01 to 86400, found ${JSON.stringify(text)}`, {
    mend: 'write --every 1',
  });
}
