import type { TestCommands } from '../ports/test-runner.ts';

export type ConfiguredCommands = {
  readonly commands: Omit<TestCommands, 'test' | 'report'> & { readonly test: TestCommands['test'] | null };
  readonly tests: { readonly report?: string | null };
};

/** How the project is tested; undefined: no tests are configured. */
export function testCommands({ commands, tests }: ConfiguredCommands): TestCommands | undefined {
  const { test } = commands;
  return test === null ? undefined : { ...commands, test, report: tests.report ?? null };
}
