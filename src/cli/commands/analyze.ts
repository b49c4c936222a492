import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { jsonText, print } from '../output.ts';
import { mustBeWritable, save } from '../save.ts';
import { readShare } from '../shares.ts';

type AnalyzeOptions = {
  readonly plan?: string;
  readonly weight?: string;
  readonly every: string;
  readonly plot?: string;
  readonly json?: true;
};

/** A canary analysis of what was recorded. */
export function define(program: Command): void {
  program
    .command('analyze <file>')
    .description('what a rollout would have decided of recorded telemetry (NDJSON), and when')
    .option('--plan <file>', 'an autoland.yaml; default: a plan for the weights of the record')
    .option('--weight <share>', 'users on the canary, for a record that does not say: 1% or 0.01')
    .option('--every <seconds>', 'time between two looks at requests', '1')
    .option('--plot <file>', 'draws the evidence over time, as SVG')
    .option('--json', 'each look as a line of JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 promote, 1 rollback or inconclusive, 2 bad input.\n\nExample:\n  $ autoland analyze canary.ndjson --weight 1%',
    )
    .action(analyze);
}

async function analyze(file: string, options: AnalyzeOptions): Promise<void> {
  const { analyzeFile } = await import('../../wiring/analyze.ts');
  const { dataOf, LookLines, renderConclusion } = await import('../render/analysis.ts');
  const { PlotPoints } = await import('../render/analysis-plot.ts');
  const { plan, json, plot } = options;
  if (plot !== undefined) await mustBeWritable(plot);
  const weight = options.weight === undefined ? undefined : readShare(options.weight);
  const lines = new LookLines();
  const points = plot === undefined ? undefined : new PlotPoints();
  const conclusion = await analyzeFile({
    file,
    plan,
    weight,
    every: readSeconds(options.every),
    onLook: (look) => {
      points?.see(look);
      if (json) process.stdout.write(`${jsonText(dataOf(look))}\n`);
      else for (const line of lines.of(look)) process.stdout.write(`${line}\n`);
    },
  });
  if (plot !== undefined && points !== undefined) await save(plot, points.svg(conclusion));
  if (!json) print(undefined, conclusion, renderConclusion);
  if (conclusion.word !== 'promote') process.exitCode = 1;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= 0.01 && seconds <= 86_400) return seconds;
  throw new AutolandError('usage', `expected seconds from 0.01 to 86400, found ${JSON.stringify(text)}`, {
    mend: 'write --every 1',
  });
}
