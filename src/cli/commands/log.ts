import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { counted } from '../../domain/words.ts';
import { readIndex } from '../numbers.ts';
import { type CommonOptions, command, person } from '../options.ts';
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
  command(audit, 'erase <change>', {
    what: 'makes what agents and models said for a change unreadable for good; that it was done, by whom and why stays',
    example: 'audit erase chg_1a2b --reason "the prompt named a customer"',
  })
    .requiredOption('--reason <text>', 'for the journal, which is never erased: name no person in it')
    .option('--entry <index>', 'only what this entry recorded')
    .option('--dry-run', 'say what would be erased')
    .action(erase);
  command(audit, 'rotate', {
    what: 'wraps the keys of all that is recorded under a new key, so that copies of old key files open nothing',
    example: 'audit rotate --reason "a disk was replaced"',
  })
    .requiredOption('--reason <text>', 'for the journal')
    .action(rotate);
}

type VerifyOptions = CommonOptions & { readonly checkpoint?: string; readonly logOnly?: true };

async function verify(options: VerifyOptions): Promise<void> {
  const { verifyAudit } = await import('../../wiring/journal/audit.ts');
  const { renderAudit } = await import('../render/audit.ts');
  const { checkpoint, logOnly = false } = options;
  const result = await verifyAudit(options, { checkpoint, logOnly });
  const troubles = result.recordings?.troubles.length ?? 0;
  if (result.kind !== 'ok' || result.unread !== null || troubles > 0) process.exitCode = 1;
  print(options.json, result, renderAudit);
}

type Range = { readonly change?: string; readonly from?: string; readonly to?: string };

async function show(options: CommonOptions & Range): Promise<void> {
  const range = rangeOf(options);
  const { openRepository } = await import('../../wiring/place/repository.ts');
  const { renderEntries } = await import('../render/entry.ts');
  await using repository = await openRepository(options, 'read');
  const change =
    options.change === undefined ? undefined : (await repository.change(options.change)).state.id;
  const entries = await repository.store.read({
    ...range,
    ...(change === undefined ? {} : { change }),
  });
  for (const entry of options.json ? entries : []) print(true, entry, () => []);
  if (options.json) return;
  const size = await repository.store.size();
  print(undefined, entries, (safe) =>
    safe.length === 0
      ? [`no entry is there: the journal holds ${counted(size, 'entry', 'entries')}, from 0`]
      : renderEntries(safe),
  );
}

function rangeOf({ from, to }: Range): { readonly from?: number; readonly to?: number } {
  const range = {
    ...(from === undefined ? {} : { from: readIndex(from) }),
    ...(to === undefined ? {} : { to: readIndex(to) }),
  };
  if (range.to === undefined || (range.from ?? 0) < range.to) return range;
  throw new AutolandError('usage', `expected --to after --from, found ${range.from ?? 0} to ${range.to}`, {
    mend: '--to names the entry after the last one',
  });
}

type EraseOptions = CommonOptions & {
  readonly reason: string;
  readonly entry?: string;
  readonly dryRun?: true;
};

async function erase(change: string, options: EraseOptions): Promise<void> {
  const { eraseRecordings } = await import('../../wiring/journal/erase.ts');
  const { renderErased } = await import('../render/audit.ts');
  const dryRun = options.dryRun === true;
  const erased = await eraseRecordings(options, change, {
    by: person(),
    reason: reasonOf(options),
    entry: options.entry === undefined ? null : readIndex(options.entry),
    dryRun,
  });
  print(options.json, { ...erased, dryRun }, renderErased);
}

async function rotate(options: CommonOptions & { readonly reason: string }): Promise<void> {
  const { rotateWrappingKey } = await import('../../wiring/journal/erase.ts');
  const rotated = await rotateWrappingKey(options, { by: person(), reason: reasonOf(options) });
  print(options.json, rotated, ({ owners, kid }) => [
    `${owners} ${owners === 1 ? 'key is' : 'keys are'} wrapped under ${kid}; the one before is gone`,
    'backups from before hold that key, and what it opens',
  ]);
}

function reasonOf({ reason }: { readonly reason: string }): string {
  if (reason.trim() !== '') return reason;
  throw new AutolandError('usage', 'expected a reason, found nothing', {
    mend: 'say why: --reason "the prompt named a customer"',
  });
}
