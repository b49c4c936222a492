import { type Command, Option } from 'commander';
import { type AgentName, agentNames, type TaskClass, taskClasses } from '../../domain/agents.ts';
import { type CommonOptions, command, person } from '../options.ts';
import { print } from '../output.ts';
import { scanOf } from '../scan-options.ts';

/** Where changes come from. */
export function define(program: Command): void {
  command(program, 'scan', { what: 'agents look for work now', example: 'scan --dry-run' })
    .option('--dry-run', 'say what would be proposed, and what not and why')
    .addOption(new Option('--agent <name>', 'only this one (default: all)').choices([...agentNames]))
    .option('--profile <file>', 'a .cpuprofile of a service, for the agent performance')
    .option(
      '--recordings <file>',
      'calls that production made, for the agent crash-fix: a file or a directory',
    )
    .action(scan);
  command(program, 'submit <ref>', {
    what: 'hands in a change from any agent or person: a branch that the git host holds',
    example: 'submit refs/heads/fix-typo --title "Fix a typo"',
  })
    .option('--title <text>', 'default: the subject of its commit')
    .option('--source <name>', 'who made it, such as agent:codex (default: you)')
    .option('--dry-run', 'say what would be submitted')
    .action(submit);
  command(program, 'task <agent> <text>', {
    what: 'lets a coding agent of yours, or any model, work in the sandbox, and hands in what it changed',
    example: 'task claude "Say in README.md which Node is needed"',
  })
    .option('--model <name>', 'of the agent model: the model that works (default: agents.model.model)')
    .addOption(
      new Option('--class <name>', 'of the agent model: it may write what this class is about').choices([
        ...taskClasses,
      ]),
    )
    .option('--dry-run', 'hand nothing in; say what it changed')
    .action(task);
}

type ScanOptions = CommonOptions & {
  dryRun?: true;
  agent?: AgentName;
  profile?: string;
  recordings?: string;
};

async function scan(options: ScanOptions): Promise<void> {
  const { scanRepository } = await import('../../wiring/scan/scan.ts');
  const { renderScan } = await import('../render/scan.ts');
  const report = await scanRepository(options, {
    actor: person(),
    dryRun: options.dryRun === true,
    ...(await scanOf(options)),
  });
  print(options.json, report, renderScan);
}

type TaskOptions = CommonOptions & { dryRun?: true; model?: string; class?: TaskClass };

async function task(agent: string, text: string, options: TaskOptions): Promise<void> {
  const { runTask } = await import('../../wiring/tasks/task.ts');
  const { renderTask } = await import('../render/task.ts');
  const { model, class: meant, dryRun } = options;
  const brief = {
    ...{ agent, text, data: null, model: model ?? null, class: meant ?? null, budget: null },
  };
  const report = await runTask(options, { ...brief, actor: person(), dryRun: dryRun === true });
  print(options.json, report, renderTask);
  if (report.why !== null) process.exitCode = 1;
}

type SubmitOptions = CommonOptions & { title?: string; source?: string; dryRun?: true };

async function submit(ref: string, options: SubmitOptions): Promise<void> {
  const { submitRef } = await import('../../wiring/submit.ts');
  const submitted = await submitRef(options, {
    ref,
    actor: person(),
    dryRun: options.dryRun === true,
    ...(options.title === undefined ? {} : { title: options.title }),
    ...(options.source === undefined ? {} : { source: options.source }),
  });
  print(options.json, submitted, (safe) => [
    `${options.dryRun ? 'would submit' : safe.isNew ? 'submitted' : 'already known:'} ${safe.change}`,
    `  follow it: autoland explain ${safe.change}`,
  ]);
}
