import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { AutolandError } from '../domain/errors.ts';
import { groupsOf } from './command-groups.ts';
import { endQuietlyUnread, report } from './output.ts';
import { usageError } from './usage.ts';

endQuietlyUnread();

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('autoland')
  .description(
    'Lands low-risk code changes in production with no human touch, and proves that it was safe to.',
  )
  .version(version)
  // Commands inherit it: long options leave little room in a narrow terminal.
  .configureHelp({ minWidthToWrap: 24 })
  .exitOverride()
  // Told by `report`, in the form that was asked for.
  .configureOutput({ outputError: () => {} })
  .addHelpText(
    'after',
    '\nExit codes: 0 ok, 1 refused or failed, 2 bad input, 130 demo interrupted.\nStart with: autoland demo',
  );

try {
  process.cwd();
} catch (cause) {
  const found = new AutolandError('usage', 'expected to stand in a directory, found that it is gone', {
    mend: 'cd to another one',
    cause,
  });
  process.exit(report(found, wantsJson()));
}

for (const { load } of groupsOf(process.argv[2])) (await load()).define(program, version);

function wantsJson(): boolean {
  const end = process.argv.indexOf('--');
  return process.argv.slice(2, end === -1 ? undefined : end).includes('--json');
}

/** Help and version were asked for and are told already; help in place of a command answers bad input. */
function endOfParsing(error: CommanderError): number {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') return 2;
  return report(usageError(error, program, process.argv.slice(2)), wantsJson());
}

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = thrown instanceof CommanderError ? endOfParsing(thrown) : report(thrown, wantsJson());
  // What a failed command left open must not keep it alive.
  process.exit();
}
