import type { Command } from 'commander';
import { readIndex } from '../numbers.ts';
import { type CommonOptions, command } from '../options.ts';
import { print } from '../output.ts';

/** The audit log, read and checked offline. */
export function define(program: Command): void {
  const audit = program.command('audit').description('the tamper-evident log of everything that happened');
  command(audit, 'verify', {
    what: 'checks every entry, the tree, the checkpoint and what was recorded; names the entry where it breaks',
    example: 'audit verify --checkpoint yesterday.note',
  })
    .option('--checkpoint <file>', 'a checkpoint kept elsewhere: excludes truncation up to its size')
    .option('--log-only', 'leave out what agents and models said: where its keys are not at hand')
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

type VerifyOptions = CommonOptions & { readonly checkpoint?: string; readonly logOnly?: true };

async function verify(options: VerifyOptions): Promise<void> {
  const { verifyAudit } = await import('../../wiring/audit.ts');
  const { renderAudit } = await import('../render/audit.ts');
  const { checkpoint, logOnly = false } = options;
  const result = await verifyAudit(options, { checkpoint, logOnly });
  print(options.json, result, renderAudit);
  if (result.kind !== 'ok' || (result.recordings?.troubles.length ?? 0) > 0) process.exitCode = 1;
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
