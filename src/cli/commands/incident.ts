import type { Command } from 'commander';
import { AutolandError } from '../../domain/errors.ts';
import { printable } from '../../domain/printable.ts';
import { readCheck } from '../check-option.ts';
import { type CommonOptions, command, noReason, person } from '../options.ts';
import { print } from '../output.ts';
import { readMoment } from '../times.ts';

/** Harm in production of which nobody knows what brought it. */
export function define(program: Command): void {
  const incident = program
    .command('incident')
    .description('harm in production of which nobody knows what brought it: report it, look into it');
  command(incident, 'open', {
    what: 'reports it; with a check, looks at once for the change that brought it, and proposes its revert',
    example: `incident open --since 2h --check 'node scripts/smoke.js' --reason "checkout answers 500"`,
  })
    .option(
      '--since <when>',
      'then users were well, such as 2h or 2026-11-29T10:00:00Z (default: a day before)',
    )
    .option('--began <when>', 'from then on they were not (default: now)')
    .option('--check <command>', "a shell's command that passes where users are well; it runs in the sandbox")
    .option('--serve', 'start the service of each version for the check, which finds it at $URL')
    .option('--service <name>', 'the one that is meant, where several run')
    .option('--reason <text>', 'what users meet, for the journal', noReason)
    .option('--key <text>', "such as an alert's: reported again while it is open, it is the same incident")
    .option('--dry-run', 'journal and propose nothing; say what would be found')
    .action(open);
  command(incident, 'inquire <incident>', {
    what: 'looks for the change that brought it, again or by another check',
    example: `incident inquire inc_1a2b --check 'npm run smoke'`,
  })
    .option('--check <command>', 'default: its own, else agents.revert.check')
    .option('--serve', 'with --check: start the service of each version for it')
    .option('--dry-run', 'journal and propose nothing; say what would be found')
    .action(inquire);
  command(incident, 'show <incident>', {
    what: 'what is known of it: what came to production meanwhile, what was measured, what takes it back',
    example: 'incident show inc_1a2b',
  }).action(show);
  command(incident, 'list', { what: 'all that were reported', example: 'incident list --json' }).action(list);
  command(incident, 'close <incident>', {
    what: 'says that it is over',
    example: 'incident close inc_1a2b --reason "the database was full"',
  })
    .requiredOption('--reason <text>', 'for the journal')
    .action(close);
}

type OpenOptions = CommonOptions & {
  readonly since?: string;
  readonly began?: string;
  readonly check?: string;
  readonly serve?: true;
  readonly service?: string;
  readonly reason: string;
  readonly key?: string;
  readonly dryRun?: true;
};

async function open(options: OpenOptions): Promise<void> {
  const now = Date.now() / 1000;
  const { service, reason, key, dryRun = false } = options;
  const { command: check, serve } = readCheck(options) ?? {};
  const time = (text: string | undefined, name: string) =>
    text === undefined ? undefined : readMoment(text, name, now);
  const report = {
    ...{ by: person(), reason, service, check, serve, key, dryRun },
    since: time(options.since, '--since'),
    began: time(options.began, '--began'),
  };
  const { openAndInquire } = await import('../../wiring/inquiry/at-once.ts');
  const { renderOpened } = await import('../render/reported-incident.ts');
  const opened = await openAndInquire(options, report, progressOf(options));
  print(options.json, opened, renderOpened);
}

type InquireOptions = CommonOptions & {
  readonly check?: string;
  readonly serve?: true;
  readonly dryRun?: true;
};

async function inquire(incident: string, options: InquireOptions): Promise<void> {
  const check = readCheck(options);
  const { inquireAgain } = await import('../../wiring/inquiry/at-once.ts');
  const { renderInquiry } = await import('../render/reported-incident.ts');
  const how = { actor: person(), dryRun: options.dryRun === true, check, ...progressOf(options) };
  print(options.json, await inquireAgain(options, incident, how), renderInquiry);
}

/** A measurement may take minutes: each is told when it ends. */
function progressOf({ json }: CommonOptions) {
  return {
    onMeasured: ({ commit, colour, why }: { commit: string; colour: string; why: string | null }) => {
      if (json === true) return;
      const word = { green: 'passes', red: 'fails' }[colour] ?? `not known: ${why ?? ''}`;
      process.stderr.write(`${commit.slice(0, 12)}  ${printable(word)}\n`);
    },
  };
}

async function show(incident: string, options: CommonOptions): Promise<void> {
  const { readReported } = await import('../../wiring/inquiry/read.ts');
  const { renderReported } = await import('../render/reported-incident.ts');
  print(options.json, await readReported(options, incident), renderReported);
}

async function list(options: CommonOptions): Promise<void> {
  const { listReported } = await import('../../wiring/inquiry/read.ts');
  const { renderReportedLines } = await import('../render/reported-incident.ts');
  print(options.json, await listReported(options), renderReportedLines);
}

async function close(incident: string, options: CommonOptions & { readonly reason: string }): Promise<void> {
  if (options.reason.trim() === '')
    throw new AutolandError('usage', 'expected a reason, found nothing', {
      mend: 'say why it is over: --reason "the database was full"',
    });
  const { closeReported } = await import('../../wiring/inquiry/read.ts');
  const closed = await closeReported(options, incident, { by: person(), reason: options.reason });
  const { renderClosed } = await import('../render/reported-incident.ts');
  print(options.json, closed, renderClosed);
}
