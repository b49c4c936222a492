import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import * as control from './commands/control.ts';
import * as demo from './commands/demo.ts';
import * as house from './commands/house.ts';
import * as internal from './commands/internal.ts';
import * as log from './commands/log.ts';
import * as look from './commands/look.ts';
import * as setUp from './commands/set-up.ts';
import * as work from './commands/work.ts';
import { endQuietlyUnread, report } from './output.ts';

endQuietlyUnread();

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('autoland')
  .description(
    'Lands low-risk code changes in production with no human touch, and proves that it was safe to.',
  )
  .version(version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`autoland: ${text.replace(/^error: /, '')}`) })
  .addHelpText('after', '\nExit codes: 0 ok, 1 refused or failed, 2 bad input.\nStart with: autoland demo');

for (const group of [demo, setUp, work, look, control, log, house, internal]) group.define(program);

try {
  await program.parseAsync();
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  else process.exitCode = report(thrown);
  // What a failed command left open must not keep it alive.
  process.exit();
}
