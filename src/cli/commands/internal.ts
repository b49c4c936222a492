import type { Command } from 'commander';

/** The processes that `up` starts. Not for people. */
export function define(program: Command, version: string): void {
  program.command('_control-plane <options>', { hidden: true }).action(async (options: string) => {
    const { runControlPlane } = await import('../../wiring/control-plane.ts');
    await runControlPlane(JSON.parse(options));
  });
  program.command('_task <options>', { hidden: true }).action(async (options: string) => {
    const { runTaskProcess } = await import('../../wiring/tasks/task-process.ts');
    await runTaskProcess(JSON.parse(options));
  });
  program.command('_router <options>', { hidden: true }).action(async (options: string) => {
    const { runRouter } = await import('../../wiring/serving/router.ts');
    await runRouter(JSON.parse(options));
  });
  program.command('_doorkeeper <options>', { hidden: true }).action(async (options: string) => {
    const { runDoorkeeper } = await import('../../wiring/serving/doorkeeper.ts');
    await runDoorkeeper(JSON.parse(options));
  });
  program.command('_flags <options>', { hidden: true }).action(async (options: string) => {
    const { runFlagService } = await import('../../wiring/serving/flag-service.ts');
    await runFlagService(JSON.parse(options));
  });
  program.command('_mcp <options>', { hidden: true }).action(async (options: string) => {
    const { runKeptMcp } = await import('../../wiring/mcp/kept.ts');
    await runKeptMcp(JSON.parse(options), version);
  });
  program.command('_notifier <options>', { hidden: true }).action(async (options: string) => {
    const { runNotifier } = await import('../../wiring/journal/notifier.ts');
    await runNotifier(JSON.parse(options));
  });
}
