import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { type CommonOptions, command, person } from '../options.ts';
import { print } from '../output.ts';
import { renderAutonomy, renderRestored } from '../render/autonomy.ts';

/** What failures in production have cost, and a person's giving it back. */
export function define(program: Command): void {
  const autonomy = command(program, 'autonomy', {
    what: 'how far each class of change may go alone, and which failure in production has lowered it',
    example: 'autonomy --json',
  }).action(list);
  command(autonomy, 'restore <class>', {
    what: 'gives a class back what failures in production have cost it, once a person has looked at them',
    example: 'autonomy restore dependency-patch --reason "the tests cover the cookie now"',
  })
    .requiredOption('--reason <text>', 'for the journal')
    .option('--dry-run', 'say what would change')
    .action((of: string, _options, self: Command) => restore(of, self.optsWithGlobals()));
}

async function list(options: CommonOptions): Promise<void> {
  const { readAutonomy } = await import('../../wiring/journal/autonomy.ts');
  print(options.json, await readAutonomy(options), renderAutonomy);
}

type RestoreOptions = CommonOptions & { readonly reason: string; readonly dryRun?: true };

async function restore(of: string, options: RestoreOptions): Promise<void> {
  const { restoreAutonomy } = await import('../../wiring/journal/autonomy.ts');
  if (options.reason.trim() === '')
    throw new AutolandError('usage', 'expected a reason, found nothing', {
      mend: 'say what was looked at: --reason "the tests cover the cookie now"',
    });
  const dryRun = options.dryRun === true;
  const restored = await restoreAutonomy(options, of, { by: person(), reason: options.reason, dryRun });
  print(options.json, { ...restored, dryRun }, renderRestored);
}
