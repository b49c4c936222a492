import { readFileSync } from 'node:fs';
import { type Config, serviceNamed } from '../../config/schema.ts';
import { AutolandError } from '../../domain/errors.ts';
import type { Argv, TestCommands } from '../../ports/test-runner.ts';

export type Check = {
  /** A shell's command. */
  readonly command: string;
  /** The service is started for it, and `URL` says where. */
  readonly serve: boolean;
};

/** Installed and built as for its tests. No report is read: what counts is how the check ends. Rejects with `usage` where nothing can be served. */
export function checkCommands(config: Config, check: Check, service: string | null): TestCommands {
  const { install, build, testSeconds } = config.commands;
  const test: Argv = check.serve ? serving(config, check.command, service) : ['sh', '-c', check.command];
  return { install, build, testSeconds, test, report: null };
}

function serving(config: Config, check: string, name: string | null): Argv {
  const service = name === null ? undefined : serviceNamed(config, name);
  if (service?.command == null)
    throw new AutolandError(
      'usage',
      `expected a service that is started by a command, found ${name ?? 'that nothing is deployed from here'}`,
      { mend: 'let the check start what it needs, and leave --serve out' },
    );
  const program = readFileSync(new URL('./serve-and-check.cjs', import.meta.url), 'utf8');
  const { command, env, health } = service;
  const asked = { command, env, health: health.path, seconds: health.timeoutSeconds, check };
  return ['node', '-e', program, JSON.stringify(asked)];
}
