import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { type CommonOptions, command, person } from '../options.ts';
import { print } from '../output.ts';
import { renderFlags, renderRevoked, renderTokens } from '../render/flags.ts';

/** Flags, and the tokens of who may ask for them. */
export function define(program: Command): void {
  const flags = command(program, 'flags', {
    what: 'the flags, with their weights, and who closed them',
    example: 'flags --json',
  }).action(list);
  command(flags, 'token', {
    what: 'makes a token for the flag service, and prints it once: only its hash is kept',
    example: 'flags token --scope read --environment production --name web',
  })
    .requiredOption('--scope <scopes>', 'read, kill, or read,kill')
    .option('--environment <name>', 'where it counts', 'production')
    .option('--name <name>', 'for the list and the journal')
    .action((_options, self: Command) => token(self.optsWithGlobals()));
  command(flags, 'tokens', { what: 'the tokens that count', example: 'flags tokens' }).action(
    (_options, self: Command) => tokens(self.optsWithGlobals()),
  );
  command(flags, 'revoke <id>', {
    what: 'a token counts no more, and its open streams end',
    example: 'flags revoke 0f3a5c7e9b1d',
  }).action((id: string, _options, self: Command) => revoke(id, self.optsWithGlobals()));
}

async function list(options: CommonOptions): Promise<void> {
  const { readFlags } = await import('../../wiring/serving/flags.ts');
  print(options.json, await readFlags(options), renderFlags);
}

type TokenOptions = CommonOptions & { scope: string; environment: string; name?: string };

/** The token alone goes to the standard output, so that a script can take it. */
async function token(options: TokenOptions): Promise<void> {
  const wish = { ...options, name: readName(options.name), scopes: readScopes(options.scope), by: person() };
  const { makeFlagToken } = await import('../../wiring/serving/flags.ts');
  const made = await makeFlagToken(options, wish);
  print(options.json, made, (safe) => [safe.token]);
  if (options.json === undefined)
    process.stderr.write(
      `token ${made.id} (${made.name}): it is not shown again; autoland flags revoke ${made.id} takes it back\n`,
    );
}

async function tokens(options: CommonOptions): Promise<void> {
  const { listFlagTokens } = await import('../../wiring/serving/flags.ts');
  print(options.json, await listFlagTokens(options), renderTokens);
}

async function revoke(id: string, options: CommonOptions): Promise<void> {
  const { revokeFlagToken } = await import('../../wiring/serving/flags.ts');
  print(options.json, await revokeFlagToken(options, id, person()), renderRevoked);
}

function readScopes(text: string): ('read' | 'kill')[] {
  const words = [...new Set(text.split(',').map((word) => word.trim()))];
  const scopes = words.filter((word) => word === 'read' || word === 'kill');
  if (scopes.length === words.length) return scopes;
  throw new AutolandError('usage', `expected read, kill, or both, found ${JSON.stringify(text)}`, {
    mend: 'use --scope read, --scope kill or --scope read,kill',
  });
}

function readName(name: string | undefined): string | undefined {
  if (name === undefined || /^[A-Za-z0-9][\w.-]{0,59}$/.test(name)) return name;
  throw new AutolandError(
    'usage',
    `expected a name of 1 to 60 letters, digits, _ . and -, found ${JSON.stringify(name.slice(0, 80))}`,
    { mend: 'use --name web, or leave it out' },
  );
}
