import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { DemoCommandOptions } from '../../wiring/demo.ts';

const shipped = join(import.meta.dirname, '..', '..', '..', 'examples', 'storefront');

export function define(program: Command): void {
  program
    .command('demo')
    .description(
      'the whole story on this machine, nothing else needed: one change lands, one is refused, one is rolled back',
    )
    .option('--story <dir>', 'folder of another story.yaml', existsSync(shipped) ? shipped : '.')
    .option(
      '--port <number>',
      'where the service is served; the next free one is taken when it is in use',
      '7300',
    )
    .option(
      '--state <dir>',
      'keep its repository and journal in a folder there (default: as for other commands)',
    )
    .option('--plain', 'plain lines instead of a live screen')
    .option('--json', 'NDJSON; the last line is the summary')
    .option('--stay', 'keep the service open until Ctrl-C')
    .addHelpText('after', '\nExample:\n  $ autoland demo --stay')
    .action(async (options: DemoCommandOptions) => {
      const { demo } = await import('../../wiring/demo.ts');
      await demo(options);
    });
}
