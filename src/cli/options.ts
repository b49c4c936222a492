import { userInfo } from 'node:os';
import type { Command } from 'commander';

/** The options that every command takes. */
export type CommonOptions = { readonly repo: string; readonly state?: string; readonly json?: true };

/** Those of `kill` and `stop`. */
export type CloseOptions = CommonOptions & { readonly reason: string; readonly dryRun?: true };

/** For the journal, of who says none. */
export const noReason = 'no reason given';

/** A command with the common options, and an example below its help. */
export function command(
  program: Command,
  nameAndArgs: string,
  about: { what: string; example: string },
): Command {
  return program
    .command(nameAndArgs)
    .description(about.what)
    .option('--repo <dir>', 'bare repository, or a work tree whose origin is one', process.cwd())
    .option('--state <dir>', 'where autoland keeps its journal (default: by repository)')
    .option('--json', 'machine-readable output')
    .addHelpText('after', `\nExample:\n  $ autoland ${about.example}`);
}

/** Who types: the name that the journal gets. */
export function person(): string {
  return `person:${userInfo().username}`;
}
