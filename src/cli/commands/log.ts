import type { Command } from 'commander';
import { readIndex } from '../numbers.ts';
import { type CommonOptions, command } from '../options.ts';
import { print } from '../output.ts';

/** The audit log, read and checked offline. */
export function define(program: Command): void {
  const audit = program.command('audit').description('the tamper-evident log of everything that happened');
  command(audit, 'verify', {
    what: 'checks every entry, the tree and the checkpoint; names the entry where it breaks',
    example: 'audit verify --checkpoint yesterday.note',
  })
    .option('--checkpoint <file>', 'a checkpoint kept elsewhere: excludes truncation up to its size')
    .action(verify);
  command(audit, 'show', {
    what: 'the entries, one after the other',
    example: 'audit show --change chg_1a2b',
  })
    .option('--change <id>', 'only this change')
    .option('--from <index>', 'first entry')
    .option('--to <index>', 'entry after the last')
    .action(show);
}

async function verify(options: CommonOptions & { checkpoint?: string }): Promise<void> {
  const { verifyRepositoryLog } = await import('../../wiring/audit.ts');
  const { renderVerification } = await import('../render/audit.ts');
  const result = await verifyRepositoryLog(options, options.checkpoint);
  print(options.json, result, renderVerification);
  if (result.kind !== 'ok') process.exitCode = 1;
}

type Range = { readonly change?: string; readonly from?: string; readonly to?: string };

async function show(options: CommonOptions & Range): Promise<void> {
  const range = {
    ...(options.from === undefined ? {} : { from: readIndex(options.from) }),
    ...(options.to === undefined ? {} : { to: readIndex(options.to) }),
  };
  const { openRepository } = await import('../../wiring/repository.ts');
  const { renderEntries } = await import('../render/entry.ts');
  await using repository = await openRepository(options, 'read');
  const change =
    options.change === undefined ? undefined : (await repository.change(options.change)).state.id;
  const entries = await repository.store.read({
    ...range,
    ...(change === undefined ? {} : { change }),
  });
  for (const entry of options.json ? entries : []) print(true, entry, () => []);
  if (!options.json) print(undefined, entries, renderEntries);
}
