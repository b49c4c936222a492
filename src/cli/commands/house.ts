import type { Command } from 'commander';
import { type CommonOptions, command } from '../options.ts';
import { print } from '../output.ts';
import { wrapAll } from '../render/text.ts';

/** Keeping house. */
export function define(program: Command): void {
  command(program, 'fsck', {
    what: 'recomputes the state from git refs, running digests and the flag file, and compares it with the journal',
    example: 'fsck --json',
  }).action(fsck);
  command(program, 'gc', {
    what: 'removes releases and work directories past their retention',
    example: 'gc --dry-run',
  })
    .option('--dry-run', 'say what would be removed')
    .action(gc);
  command(program, 'backup <dir>', {
    what: 'a consistent copy of journal, log, keys and flags, taken while everything runs',
    example: 'backup /srv/backup/autoland-2026-11-22',
  })
    .option('--dry-run', 'say what would be copied')
    .action(backup);
  command(program, 'tell <receiver>', {
    what: 'sends a receiver of notifications one message, to see whether it is reached; retries nothing',
    example: 'tell pager',
  })
    .option('--dry-run', 'look whether anything speaks against it, and send nothing')
    .action(tell);
}

async function fsck(options: CommonOptions): Promise<void> {
  const { checkRepository } = await import('../../wiring/journal/fsck.ts');
  const { renderFsck } = await import('../render/fsck.ts');
  const result = await checkRepository(options);
  print(options.json, result, renderFsck);
  if (!result.ok) process.exitCode = 1;
}

async function gc(options: CommonOptions & { dryRun?: true }): Promise<void> {
  const { collectGarbage } = await import('../../wiring/journal/gc.ts');
  const removed = await collectGarbage(options, options.dryRun === true);
  print(options.json, { removed, dryRun: options.dryRun === true }, (safe) =>
    safe.removed.length === 0
      ? ['nothing to remove']
      : wrapAll(safe.removed.map((item) => `${safe.dryRun ? 'would remove' : 'removed'} ${item}`)),
  );
}

async function backup(dir: string, options: CommonOptions & { dryRun?: true }): Promise<void> {
  const { backUp } = await import('../../wiring/journal/backup.ts');
  const copied = await backUp(options, dir, options.dryRun === true);
  print(options.json, copied, (safe) =>
    wrapAll([
      `${options.dryRun ? 'would copy' : 'copied'} ${safe.files.join(', ')} to ${safe.to}`,
      'it holds private keys: keep it where only you can read it',
    ]),
  );
}

async function tell(name: string, options: CommonOptions & { dryRun?: true }): Promise<void> {
  const { tryReceiver } = await import('../../wiring/doctor/try-receiver.ts');
  const tried = await tryReceiver(options, name, options.dryRun === true);
  print(options.json, tried, (safe) => wrapAll([`${safe.receiver}: ${safe.detail}`]));
  if (!tried.ok) process.exitCode = 1;
}
