import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { readIndex } from '../numbers.ts';
import { type CommonOptions, command } from '../options.ts';
import { print, printHarmless } from '../output.ts';

/** Commands that only read. */
export function define(program: Command): void {
  command(program, 'status', { what: 'where everything is', example: 'status --repo shop.git' }).action(
    status,
  );
  command(program, 'explain <change>', {
    what: 'why a change did or did not land: each reason with its evidence',
    example: 'explain chg_1a2b',
  }).action(explain);
  command(program, 'show <change>', {
    what: 'which models were asked and which tools ran for a change, what they said, and what it cost',
    example: 'show chg_1a2b --thinking',
  })
    .option('--thinking', 'also prompts, reasoning, answers and calls')
    .option('--full', 'with --thinking: long texts whole')
    .action(show);
  command(program, 'flakes', {
    what: 'which tests fail and pass with the same code, and what to paste to put them into quarantine',
    example: 'flakes --json',
  }).action(flakes);
  command(program, 'crashes', {
    what: 'which exceptions services met in production, where in the sources, and what mends them',
    example: 'crashes --json',
  }).action(crashes);
  command(program, 'watch', { what: 'what happens, as it happens', example: 'watch --json' })
    .option('--from <index>', 'start at this journal entry (default: now)')
    .action(watch);
}

async function status(options: CommonOptions): Promise<void> {
  const { openRepository } = await import('../../wiring/place/repository.ts');
  const { readStatus } = await import('../../wiring/journal/status.ts');
  const { renderStatus } = await import('../render/status.ts');
  await using repository = await openRepository(options, 'read');
  const view = await readStatus(repository);
  print(options.json, view, renderStatus);
}

async function explain(change: string, options: CommonOptions): Promise<void> {
  const { openRepository } = await import('../../wiring/place/repository.ts');
  const { explainChange } = await import('../../wiring/journal/explain.ts');
  const { renderChange } = await import('../render/change.ts');
  await using repository = await openRepository(options, 'read');
  const view = await explainChange(repository, change);
  print(options.json, view, renderChange);
}

type ShowOptions = CommonOptions & { readonly thinking?: true; readonly full?: true };

async function show(change: string, options: ShowOptions): Promise<void> {
  const { json, thinking = false, full: isFull = false } = options;
  if (isFull && !thinking)
    throw new AutolandError('usage', 'expected --thinking with --full, found --full alone', {
      mend: `autoland show ${change} --thinking --full`,
    });
  const { openRepository } = await import('../../wiring/place/repository.ts');
  const { readShow } = await import('../../wiring/models/show.ts');
  const { renderShow } = await import('../render/show.ts');
  await using repository = await openRepository(options, 'read');
  const view = await readShow(repository, change, thinking);
  if (json === true) print(json, view, () => []);
  else printHarmless(renderShow(view, { isFull }));
}

async function flakes(options: CommonOptions): Promise<void> {
  const { openRepository } = await import('../../wiring/place/repository.ts');
  const { readFlakes } = await import('../../wiring/journal/flakes.ts');
  const { renderFlakes } = await import('../render/flakes.ts');
  await using repository = await openRepository(options, 'read');
  const view = await readFlakes(repository);
  print(options.json, view, renderFlakes);
}

async function crashes(options: CommonOptions): Promise<void> {
  const { openRepository } = await import('../../wiring/place/repository.ts');
  const { readCrashes } = await import('../../wiring/scan/crashes.ts');
  const { renderCrashes } = await import('../render/crashes.ts');
  await using repository = await openRepository(options, 'read');
  const view = await readCrashes(repository);
  print(options.json, view, renderCrashes);
}

async function watch(options: CommonOptions & { from?: string }): Promise<void> {
  const wanted = options.from === undefined ? undefined : readIndex(options.from);
  const { openRepository } = await import('../../wiring/place/repository.ts');
  const { entryRenderer } = await import('../render/entry.ts');
  await using repository = await openRepository(options, 'read');
  const renderEntry = entryRenderer();
  const size = await repository.store.size();
  if (wanted !== undefined && wanted > size) throw beyond(wanted, size);
  let from = wanted ?? size;
  for (;;) {
    const entries = await repository.store.read({ from });
    for (const entry of entries) print(options.json, entry, renderEntry);
    from += entries.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Else nothing would be told until so much has happened. */
function beyond(wanted: number, size: number): AutolandError {
  return new AutolandError(
    'usage',
    `expected an entry of the journal, which has ${size}, or the next one; found ${wanted}`,
    { mend: `leave out --from for what happens from now on, or give one from 0 to ${size}` },
  );
}
