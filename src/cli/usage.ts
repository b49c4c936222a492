import type { Command, CommanderError } from 'commander';
import { AutolandError } from '../domain/errors.ts';

/** What commander says of a mistyped line, in our words; `mend` names the help of the command that was meant. */
export function usageError(error: CommanderError, program: Command, words: readonly string[]): AutolandError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const [pattern, message] = sentences.find(([known]) => known.test(first)) ?? [/^/, ''];
  const near = /\(Did you mean (?:one of )?(.*)\?\)/.exec(rest.join(' '))?.[1];
  const help = `${commandOf(program, words)} --help`;
  return new AutolandError('usage', message === '' ? first : first.replace(pattern, message), {
    mend: near === undefined ? help : `did you mean ${near}? See: ${help}`,
    cause: error,
  });
}

const sentences: readonly (readonly [RegExp, string])[] = [
  [/^unknown command (.*)$/, 'expected a command, found $1'],
  [/^unknown option (.*)$/, 'expected an option that there is, found $1'],
  [/^missing required argument '(.*)'$/, 'expected <$1>, found nothing'],
  [
    /^too many arguments(?: for '.*')?\. Expected (\d+) arguments? but got \d+(?:: (.*?))?\.?$/,
    'expected $1 arguments, found too many: $2',
  ],
  [/^required option '(.*?)' not specified$/, 'expected $1, found nothing'],
  [/^option '(.*?)' argument missing$/, 'expected $1, found no value'],
];

/** The longest beginning of the line that names a command. */
function commandOf(program: Command, words: readonly string[]): string {
  let command = program;
  const path = [program.name()];
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
    path.push(word);
  }
  return path.join(' ');
}
