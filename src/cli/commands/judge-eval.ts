import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import type { Split } from '../../judge-eval/row.ts';
import { type CommonOptions, command } from '../options.ts';
import { print } from '../output.ts';

type EvalOptions = CommonOptions & {
  readonly model: readonly string[];
  readonly split?: string;
  readonly limit?: string;
};

/** How well models judge changes whose right answer is known. */
export function define(program: Command): void {
  const judge =
    program.commands.find((one) => one.name() === 'judge') ??
    program.command('judge').description('how well the judge judges');
  command(judge, 'eval', {
    what: 'asks models about the labelled changes that come with autoland, and measures their answers',
    example: 'judge eval --model opus --model gpt --split development --limit 20',
  })
    .requiredOption(
      '--model <name>',
      'a name in models of the configuration; once for each of a panel',
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), name],
    )
    .option('--split <part>', 'development or held-out (default: both, told apart)')
    .option('--limit <count>', 'so many rows, the same each time')
    .action((_options, self: Command) => run(self.optsWithGlobals()));
}

async function run(options: EvalOptions): Promise<void> {
  const wish = { models: options.model, split: splitOf(options.split), limit: limitOf(options.limit) };
  const { evaluateJudge } = await import('../../wiring/judge/judge-eval.ts');
  const { renderEval, renderExchanges } = await import('../render/judge-eval.ts');
  const report = await evaluateJudge(options, wish, ({ row, answer }, count, of) => {
    process.stderr.write(`${count}/${of}  ${row.id}: ${answer.verdict}, label ${row.label}\n`);
  });
  print(options.json, report, (safe) => [...renderEval(safe), ...renderExchanges(safe.exchanges)]);
}

function splitOf(text: string | undefined): Split | undefined {
  if (text === undefined || text === 'development' || text === 'held-out') return text;
  throw new AutolandError('usage', `expected development or held-out, found ${JSON.stringify(text)}`, {
    mend: 'leave out --split for both, which are told apart',
  });
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new AutolandError('usage', `expected a number of rows from 1, found ${JSON.stringify(text)}`, {
    mend: 'write --limit 20',
  });
}
