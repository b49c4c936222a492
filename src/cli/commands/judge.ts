import { type Command, Option } from 'commander';
import { changeClasses } from '../../domain/change.ts';
import { readCount } from '../numbers.ts';
import { type CommonOptions, command } from '../options.ts';
import { print } from '../output.ts';
import { renderJudges, renderMeasured } from '../render/judges.ts';

/** No judge is asked about the others. */
const judged = changeClasses.filter((name) => name !== 'other' && name !== 'revert');

/** Who judges, and what that is worth. */
export function define(program: Command): void {
  const judge = command(program, 'judge', {
    what: 'which models judge changes, how often they missed a seeded defect, and whether their "no objection" counts',
    example: 'judge --json',
  }).action(show);
  command(judge, 'measure', {
    what: 'asks the judge now about changes with a seeded defect and known-good ones, so that it can earn its standing',
    example: 'judge measure --count 90',
  })
    .option('--count <number>', 'how many; each costs what judging one change costs', '20')
    .addOption(
      new Option(
        '--class <class>',
        'made of changes of this class; standing is earned for each class',
      ).choices(judged),
    )
    .action((_options, self: Command) => measure(self.optsWithGlobals()));
}

async function show(options: CommonOptions): Promise<void> {
  const { readJudge } = await import('../../wiring/judge/judge.ts');
  print(options.json, await readJudge(options), renderJudges);
}

type MeasureOptions = CommonOptions & { readonly count: string; readonly class?: string };

async function measure(options: MeasureOptions): Promise<void> {
  const { measureNow } = await import('../../wiring/judge/judge-now.ts');
  const count = readCount(options.count);
  const onCanary = (at: number, outcome: string) => process.stderr.write(`${at} of ${count}: ${outcome}\n`);
  const wish = { count, class: options.class, onCanary };
  print(options.json, await measureNow(options, wish), renderMeasured);
}
